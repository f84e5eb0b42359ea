// The script and the styles of the pages: searching their sections, and how text looks.

/** Finds sections that hold all words, those with a word in the title first, above all at its beginning. */
export const searchScript = (sections) => `const sections = ${JSON.stringify(sections)};
const input = document.getElementById('search');
const found = document.getElementById('found');
input.addEventListener('input', () => {
  const words = input.value.toLowerCase().split(/\\s+/).filter((word) => word.length > 1);
  const hits = words.length === 0 ? [] : sections
    .map(([title, address, text]) => [title, address, words.reduce((sum, word) => {
      const at = title.toLowerCase().indexOf(word);
      const points = at === 0 ? 4 : at > 0 ? 3 : text.includes(word) ? 1 : NaN;
      return sum + points;
    }, 0)])
    .filter(([, , points]) => points > 0)
    .sort((a, b) => b[2] - a[2])
    .slice(0, 12);
  found.replaceChildren(...hits.map(([title, address]) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = input.dataset.root + address;
    link.textContent = title;
    item.append(link);
    return item;
  }));
  if (words.length > 0 && hits.length === 0) {
    const item = document.createElement('li');
    item.textContent = 'Nothing found.';
    found.append(item);
  }
  found.hidden = words.length === 0;
});
`;

export const styles = `.text { max-width: 62rem; }
.text main { line-height: 1.6; }
.text header nav { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; }
.text a { color: var(--accent); }
.text a.anchor { color: inherit; text-decoration: none; }
.text a.clause { text-decoration-style: dotted; }
.text [aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
.text h1 { margin: 1rem 0; font-size: 1.8rem; }
.text h2 { display: block; margin: 2rem 0 0.4rem; font-size: 1.25rem; }
.text p, .text li { max-width: 75ch; }
.text .scrolled table { white-space: normal; }
.text .scrolled { max-height: none; }
.text img { max-width: 100%; height: auto; }
.text code { font: 0.9em ui-monospace, "DejaVu Sans Mono", monospace; }
.text pre code { font-size: inherit; }
.text pre { white-space: pre; }
search { position: relative; }
#found {
  position: absolute; right: 0; z-index: 5; width: min(30rem, 90vw); margin: 0.2rem 0 0; padding: 0.5rem 0.8rem;
  list-style: none; background: var(--ground); border: 1px solid var(--edge); border-radius: 0.4rem;
}
`;
