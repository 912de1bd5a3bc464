//! Householder reflections `I - tau v v'`: the QR factorization in LAPACK's packed form, and products of reflections.

/// R in the upper triangle of the m x n matrix, the reflections' vectors (from their second element on) below it.
pub fn factor(a: &mut [f64], m: usize, n: usize, tau: &mut [f64]) {
    for (k, factor) in tau.iter_mut().enumerate().take(m.min(n)) {
        *factor = clear_below(a, m, n, k);
    }
}

/// The same for the reflections from the left that make the matrix bidiagonal together with others from the right.
pub fn bidiagonal(a: &mut [f64], m: usize, n: usize, tau: &mut [f64]) {
    for k in 0..m.min(n) {
        tau[k] = clear_below(a, m, n, k);
        let row: Vec<f64> = a[k * n + k + 1..(k + 1) * n].to_vec();
        if let Some((v, _, factor)) = reflection(&row) {
            for other in a.chunks_exact_mut(n).skip(k) {
                let along: f64 = super::dot(&other[k + 1..], &v) * factor;
                other[k + 1..].iter_mut().zip(&v).for_each(|(x, y)| *x -= along * y);
            }
        }
    }
}

/// Reflects column k so that only its element on the diagonal stays, keeps the vector below it, and gives tau.
fn clear_below(a: &mut [f64], m: usize, n: usize, k: usize) -> f64 {
    let column: Vec<f64> = (k..m).map(|i| a[i * n + k]).collect();
    let Some((v, beta, tau)) = reflection(&column) else { return 0.0 };
    a[k * n + k] = beta;
    for i in k + 1..m {
        a[i * n + k] = v[i - k];
    }
    reflect(a, m, n, k, k + 1, &v, tau);
    tau
}

/// The vector v (v[0] = 1), beta and tau of the reflection that takes x to beta times the first axis; None if x is there.
fn reflection(x: &[f64]) -> Option<(Vec<f64>, f64, f64)> {
    let (&alpha, rest) = x.split_first()?;
    let tail = rest.iter().fold(0.0f64, |norm, &y| norm.hypot(y));
    if tail == 0.0 {
        return None;
    }
    let beta = -alpha.hypot(tail).copysign(alpha);
    let mut v: Vec<f64> = x.iter().map(|y| y / (alpha - beta)).collect();
    v[0] = 1.0;
    Some((v, beta, (beta - alpha) / beta))
}

/// Applies a reflection to the rows from `top` on, `v.len()` of them, of the columns from `left` on.
fn reflect(a: &mut [f64], m: usize, n: usize, top: usize, left: usize, v: &[f64], tau: f64) {
    for c in left..n {
        let along: f64 = (top..m).map(|i| v[i - top] * a[i * n + c]).sum::<f64>() * tau;
        for i in top..m {
            a[i * n + c] -= along * v[i - top];
        }
    }
}

/// The first n columns of the product of the reflections whose vectors stand in the m x n matrix `a`.
pub fn product(a: &[f64], m: usize, n: usize, tau: &[f64]) -> Vec<f64> {
    let mut q = vec![0.0; m * n];
    for i in 0..n.min(m) {
        q[i * n + i] = 1.0;
    }
    for k in (0..tau.len()).rev() {
        let mut v: Vec<f64> = (k..m).map(|i| a[i * n + k]).collect();
        v[0] = 1.0;
        reflect(&mut q, m, n, k, 0, &v, tau[k]);
    }
    q
}
