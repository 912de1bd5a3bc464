//! Factorizations of dense matrices in double precision. Matrices are row-major slices; nothing here knows of tensors.

pub mod cholesky;
pub mod eigen;
pub mod lu;
pub mod qr;
pub mod svd;

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

/// The rotation (cosine, sine) that makes the symmetric 2 x 2 matrix [[a, g], [g, b]] diagonal (Jacobi).
fn rotation(a: f64, b: f64, g: f64) -> (f64, f64) {
    let zeta = (b - a) / (2.0 * g);
    let t = 1.0f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    (c, c * t)
}

/// The columns of a matrix as rows.
fn transposed(a: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| (0..rows).map(move |i| a[i * columns + j])).collect()
}
