// The tiles of attention. A workgroup owns 64 lines (queries, or keys) and takes the others 32 at a time; a thread
// of it has 4 own lines, `down`, and 2 others, `across`, of the products of both, and of the results 4 own lines and 4 columns
// in every 64.

// Sixteen columns of own lines, four lines a vector; or sixteen other lines, four of 64 columns a vector.
var<workgroup> slice: array<vec4<f32>, 272>;
// Sixteen columns of other lines, two lines a vector.
var<workgroup> pairs: array<vec2<f32>, 272>;
// A number for each pair of an other line and an own one, four own lines a vector.
var<workgroup> tile: array<vec4<f32>, 544>;
