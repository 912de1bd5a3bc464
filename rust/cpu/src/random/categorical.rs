//! Category numbers drawn with replacement, by search in the cumulative weights.

use super::generator::Generator;
use super::sample::Sample;

/// Draws `out.len() / rows` categories for each of `rows` rows of weights.
///
/// The weights are finite and not negative, and every row has a positive sum; sums run in `T`, half types in float32.
pub fn categorical<T: Sample>(out: &mut [i64], weights: &[T], rows: usize, generator: &mut Generator) {
    if rows == 0 || out.is_empty() {
        return;
    }
    let (draws, categories) = (out.len() / rows, weights.len() / rows);
    let mut cumulative = vec![0.0; categories];
    for (out, weights) in out.chunks_mut(draws).zip(weights.chunks(categories.max(1))) {
        accumulate::<T>(&mut cumulative, weights);
        for out in out {
            let u = generator.uniform();
            *out = cumulative.partition_point(|&c| c < u) as i64;
        }
    }
}

/// Writes the running sums over their total, the last one as exactly 1.
fn accumulate<T: Sample>(cumulative: &mut [f64], weights: &[T]) {
    let narrow = |x: f64| if T::IS_DOUBLE { x } else { f64::from(x as f32) };
    let mut sum = 0.0;
    for (cumulative, weight) in cumulative.iter_mut().zip(weights) {
        sum = narrow(sum + weight.to_f64());
        *cumulative = sum;
    }
    for cumulative in cumulative.iter_mut() {
        *cumulative = narrow(*cumulative / sum);
    }
    if let Some(last) = cumulative.last_mut() {
        *last = 1.0;
    }
}
