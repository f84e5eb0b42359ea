// The numbers of a filter as a table.

import type { Tensor } from '../../tensor.ts';
import { short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { Scrolled } from '../view/scrolled.tsx';

export function FilterTable({ weight, label }: { readonly weight: Tensor; readonly label: string }) {
  const [rows, columns] = weight.shape;
  const greatest = greatestOf(weight.data);
  const share = (value: number): string => `${greatest > 0 ? (100 * Math.abs(value)) / greatest : 0}%`;
  return (
    <Scrolled label={label}>
      <table class="kernel">
        <tbody>
          {Array.from({ length: rows }, (_, i) => (
            <tr key={i}>
              {Array.from({ length: columns }, (_, j) => {
                const value = weight.data[i * columns + j];
                return (
                  <td key={j} class={value < 0 ? 'negative' : ''} style={{ '--share': share(value) }}>
                    {short(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
