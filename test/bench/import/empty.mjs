// Nothing: what a process costs by itself.

console.log(performance.now());
