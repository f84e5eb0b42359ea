// toeplitz/inspect: tables, gradient checks, activations, pictures and the health of units.

export { readPng, writePng } from '../formats/png.ts';
export { fieldAt, type Span } from '../layer/field.ts';
export { activations, featureDistance } from './activations.ts';
export type { Correlations } from './column-correlation.ts';
export { drawField } from './draw-field.ts';
export { type FilterHealth, type FilterHealthOptions, filterHealth } from './filter-health.ts';
export { type Filter, filters } from './filters.ts';
export { type GradientReport, gradientCheck } from './gradient-check.ts';
export { type GridOptions, gridPicture, gridSvg } from './grid.ts';
export { type UnitHealth, type UnitHealthOptions, unitHealth } from './health.ts';
export { matrixText, toeplitz } from './matrix.ts';
export { type NetPagesOptions, netPages, type Page } from './net-pages.ts';
export { type TopPatch, type TopPatchOptions, topPatches } from './patches.ts';
export { pixelCorrelation } from './pixel-correlation.ts';
export { collapse, gaussianPyramid, laplacianPyramid } from './pyramid.ts';
export { type Description, describe, parameterCount, type Row, receptiveField, summary } from './summary.ts';
export { activationTiles, filterTiles, type TileOptions, unitPicture } from './tiles.ts';
