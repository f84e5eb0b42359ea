// The controls that open a file.

import { FileField, Group } from '../view/controls.tsx';
import { useTaken } from '../view/drop-and-paste.ts';
import { problem, readOwn } from './file.ts';

/** `picture` takes what is dropped and is a picture. */
export function OwnFile({ read, picture }: { read(): void; readonly picture?: (file: File) => void }) {
  const open = (file: File): void => void readOwn(file).then((isRead) => isRead && read());
  useTaken({
    files([file]) {
      if (picture && file.type.startsWith('image/')) picture(file);
      else open(file);
    },
  });
  return (
    <Group title="Your own">
      <FileField accept=".onnx,.safetensors" onFile={open} />
      <p class="hint">
        A model of ONNX, or a net or weights as safetensors. It can also be dropped anywhere here, and stays in this
        browser.
      </p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </Group>
  );
}
