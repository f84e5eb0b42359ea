// fast-check, a peer of this subpath alone. It is imported in a file of this name, because where it is missing the host says
// which file asks for it: "Cannot find package 'fast-check' imported from …/install-fast-check-….js".

export { default } from 'fast-check';
