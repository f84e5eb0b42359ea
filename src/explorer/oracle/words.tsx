// A sentence of the oracle, in which words between backquotes are code.

export const Words = ({ text }: { readonly text: string }) => (
  <span>{text.split('`').map((part, i) => (i % 2 === 0 ? part : <code key={`${i}${part}`}>{part}</code>))}</span>
);
