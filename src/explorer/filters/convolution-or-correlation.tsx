// One filter as correlation and as true convolution, and their difference.

import { useMemo } from 'preact/hooks';
import { short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { Save } from '../view/save.tsx';
import { filtered } from './apply.ts';
import { drawPlanes, PlaneCanvas, scaleOf } from './canvas.tsx';
import { FilterTable } from './kernel.tsx';
import { chain, image } from './model.ts';
import { filterTitles } from './texts.ts';

export function Kinds() {
  const [x, filter] = [image.value, chain.value.chain[0]];
  const planes = useMemo(() => {
    if (!filter) return undefined;
    const [correlation, convolution] = (['correlation', 'convolution'] as const).map((each) =>
      filtered(x, filter, each, 'same'),
    );
    const difference = {
      shape: correlation.shape,
      data: Float32Array.from(correlation.data, (value, i) => value - convolution.data[i]),
    };
    return { correlation, convolution, difference };
  }, [x, filter]);
  if (!planes || !filter) return <p>Choose a filter.</p>;
  const most = greatestOf(planes.difference.data);
  const turned = { shape: filter.weight.shape, data: filter.weight.data.slice().reverse() as Float32Array };
  const isSymmetric = turned.data.every((value, i) => value === filter.weight.data[i]);
  const all = [
    { title: 'Correlation', image: planes.correlation },
    { title: 'True convolution', image: planes.convolution },
    { title: 'Their difference', image: planes.difference, signed: true },
  ];
  return (
    <>
      <p>
        Networks correlate: the filter lies on the image as it is written. A true convolution turns it around by 180°
        first.{' '}
        {isSymmetric
          ? `“${filterTitles[filter.name]}” is the same turned around, so both give the same; Sobel as the first filter is not.`
          : `“${filterTitles[filter.name]}” is not, and the two differ by up to ${short(most)}.`}
      </p>
      <div class="figures">
        <figure class="tiles">
          <figcaption>The filter</figcaption>
          <FilterTable weight={filter.weight} label="The filter" />
        </figure>
        <figure class="tiles">
          <figcaption>Turned around</figcaption>
          <FilterTable weight={turned} label="The filter turned around" />
        </figure>
      </div>
      <div class="figures">
        {all.map(({ title, image, signed }) => (
          <figure key={title} class="tiles">
            <figcaption>{title}</figcaption>
            <PlaneCanvas label={title} image={image} signed={signed} scale={scaleOf(image)} />
          </figure>
        ))}
      </div>
      <Save name="correlation-convolution" draw={(ink) => drawPlanes(all, ink)} />
    </>
  );
}
