// The controls that open a file of one's own.

import { Group } from '../view/controls.tsx';
import { problem, readOwn } from './file.ts';

export function OwnFile({ read }: { read(): void }) {
  return (
    <Group title="Your own">
      <label class="control">
        File
        <input
          type="file"
          accept=".onnx,.safetensors"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void readOwn(file).then((isRead) => isRead && read());
          }}
        />
      </label>
      <p class="hint">A model of ONNX, or a net or weights as safetensors. It stays in this browser.</p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </Group>
  );
}
