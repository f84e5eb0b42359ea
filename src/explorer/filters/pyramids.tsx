// The image as Gaussian and Laplacian pyramids.

import { useMemo } from 'preact/hooks';
import { collapse, gaussianPyramid, laplacianPyramid } from '../../inspect/pyramid.ts';
import type { Tensor } from '../../tensor.ts';
import { numberIn } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { NumberField } from '../view/controls.tsx';
import { Save } from '../view/save.tsx';
import { drawPlanes, PlaneCanvas, scaleOf } from './canvas.tsx';
import { chosen, image } from './model.ts';

export function Pyramids() {
  const x = image.value;
  const typed = numberIn(chosen.texts.value.levels);
  const fits = Number.isInteger(typed) && typed >= 1 && typed <= 8;
  const levels = fits ? typed : 4;
  const [gaussian, laplacian, off] = useMemo(() => {
    const bands = laplacianPyramid(x, levels);
    const again = collapse(bands);
    return [gaussianPyramid(x, levels), bands, greatestOf(again.data.map((value, i) => value - x.data[i]))] as const;
  }, [x, levels]);
  const row = (title: string, planes: readonly Tensor[], name: string) => (
    <>
      <h2>{title}</h2>
      <div class="figures">
        {planes.map((plane, i) => (
          <figure key={i} class="tiles">
            <figcaption>
              {plane.shape[1]}×{plane.shape[2]}
            </figcaption>
            <PlaneCanvas label={`${title}, level ${i}`} image={plane} scale={scaleOf(x)} />
          </figure>
        ))}
      </div>
      <Save
        name={name}
        draw={(ink) =>
          drawPlanes(
            planes.map((plane, i) => ({ title: `level ${i}`, image: plane })),
            ink,
          )
        }
      />
    </>
  );
  return (
    <>
      <NumberField
        settings={chosen}
        name="levels"
        label="Levels"
        problems={fits ? {} : { levels: 'A whole number from 1 to 8.' }}
      />
      {row('Gaussian pyramid: blurred and halved', gaussian, 'gaussian-pyramid')}
      {row('Laplacian pyramid: what each step removes, and the rest', laplacian, 'laplacian-pyramid')}
      <p>
        The levels of the Laplacian pyramid, expanded and added, give the image again, with a difference of at most{' '}
        {off === 0 ? '0' : off.toExponential(1)}.
      </p>
    </>
  );
}
