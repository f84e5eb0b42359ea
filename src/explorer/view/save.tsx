// Buttons that save a picture: SVG and PNG, and an animated SVG where there is one.

import { type Drawing, type Ink, LICENCE, svgFile } from '../svg.ts';
import { inkNow } from './theme.ts';

/** Offers bytes or text as a file. */
export function download(name: string, content: BlobPart, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Pixels of a PNG for each of the picture, and the longest side that browsers draw, for which there are fewer. */
const [SHARPNESS, LONGEST] = [3, 16_000];

async function png(svg: string, { width, height }: Drawing): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  const scale = Math.min(SHARPNESS, LONGEST / Math.max(width, height));
  [canvas.width, canvas.height] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser makes no PNG'))), 'image/png');
  });
}

export interface SaveProps {
  /** The name of the file, without its ending. */
  readonly name: string;
  draw(ink: Ink): Drawing;
  readonly animate?: (ink: Ink) => Drawing;
  /** What makes the numbers of the picture; it goes into the file, as the address does. */
  readonly code?: () => string;
}

/** The address of the page; of a file without the folder that it is in. */
const address = (): string => (location.protocol === 'file:' ? `explorer.html${location.hash}` : location.href);

export function Save({ name, draw, animate, code }: SaveProps) {
  const file = (drawn: (ink: Ink) => Drawing): [Drawing, string] => {
    const ink = inkNow();
    const drawing = { source: [address(), code?.()].filter(Boolean).join('\n\n'), ...drawn(ink) };
    return [drawing, svgFile(drawing, ink)];
  };
  return (
    <p class="save">
      <span>Save this picture:</span>
      <button type="button" title={LICENCE} onClick={() => download(`${name}.svg`, file(draw)[1], 'image/svg+xml')}>
        SVG
      </button>
      <button
        type="button"
        title={LICENCE}
        onClick={async () => {
          const [drawing, svg] = file(draw);
          download(`${name}.png`, await png(svg, drawing), 'image/png');
        }}
      >
        PNG
      </button>
      {animate && (
        <button
          type="button"
          title={LICENCE}
          onClick={() => download(`${name}-animated.svg`, file(animate)[1], 'image/svg+xml')}
        >
          Animated SVG
        </button>
      )}
    </p>
  );
}

interface PictureProps {
  readonly drawing: Drawing;
  readonly over?: string;
  /** Made narrower where there is less room; otherwise it keeps its size. */
  readonly isFluid?: boolean;
}

/** A drawing on the page, in which every text is escaped; `over` is drawn on it and may change alone. */
export const Picture = ({ drawing, over = '', isFluid = false }: PictureProps) => (
  <svg
    role="img"
    aria-label={drawing.title}
    viewBox={`0 0 ${drawing.width} ${drawing.height}`}
    style={isFluid ? { width: '100%', maxWidth: `${drawing.width}px` } : { width: `${drawing.width}px` }}
  >
    <g dangerouslySetInnerHTML={{ __html: drawing.body }} />
    <g dangerouslySetInnerHTML={{ __html: over }} />
  </svg>
);
