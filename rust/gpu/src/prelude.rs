//! The helpers of `shaders/*.wgsl` that kernels share, by name: a kernel contains those that it needs and no more.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

const TEXTS: [&str; 17] = [
    include_str!("shaders/elements.wgsl"),
    include_str!("shaders/prelude.wgsl"),
    include_str!("shaders/integer.wgsl"),
    include_str!("shaders/pair.wgsl"),
    include_str!("shaders/float64.wgsl"),
    include_str!("shaders/float64/exponential.wgsl"),
    include_str!("shaders/float64/trigonometry.wgsl"),
    include_str!("shaders/float64/special.wgsl"),
    include_str!("shaders/float64/bessel.wgsl"),
    include_str!("shaders/float64/gamma_ratio.wgsl"),
    include_str!("shaders/exponential.wgsl"),
    include_str!("shaders/trigonometry.wgsl"),
    include_str!("shaders/special.wgsl"),
    ORTHOGONAL,
    include_str!("shaders/bessel.wgsl"),
    include_str!("shaders/gamma_ratio.wgsl"),
    COMPLEX,
];

const COMPLEX: &str = include_str!("shaders/complex.wgsl");
const ORTHOGONAL: &str = include_str!("shaders/orthogonal.wgsl");

/// The texts of float32 that serve float64 as well.
const OF_ANY_FLOAT: [&str; 2] = [COMPLEX, ORTHOGONAL];

/// The same text of float64 and complex128.
pub fn widened(text: &str) -> String {
    text.replace("f32", "f64").replace("c64", "c128")
}

/// The declarations of the prelude; an empty line stands between two.
fn declarations() -> &'static HashMap<&'static str, &'static str> {
    static BY_NAME: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    BY_NAME.get_or_init(|| {
        let named = |text: &'static str| {
            let code = text.lines().find_map(|line| {
                ["fn ", "const ", "struct ", "alias "].iter().find_map(|kind| line.strip_prefix(kind))
            })?;
            Some((words(code).next()?, text))
        };
        let wide = OF_ANY_FLOAT.iter().map(|text| &*String::leak(widened(text)));
        TEXTS.into_iter().chain(wide).flat_map(|text| text.split("\n\n")).filter_map(named).collect()
    })
}

/// The names and numbers of a piece of WGSL.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether the prelude declares this helper.
pub fn has(name: &str) -> bool {
    declarations().contains_key(name)
}

/// Every declaration that `source` needs, directly or through others, of the prelude and of `own`.
pub fn needed(source: &str, own: &HashMap<String, String>) -> String {
    let declaration = |word: &str| {
        let text = own.get_key_value(word).map(|(name, text)| (name.as_str(), text.as_str()));
        text.or_else(|| declarations().get_key_value(word).map(|(&name, &text)| (name, text)))
    };
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut texts: Vec<String> = Vec::new();
    let mut unread = vec![source];
    while let Some(text) = unread.pop() {
        for word in words(text) {
            if let Some((name, text)) = declaration(word)
                && found.insert(name)
            {
                unread.push(text);
                texts.push(format!("{}\n\n", text.trim_end()));
            }
        }
    }
    texts.sort();
    texts.concat()
}

#[cfg(test)]
mod tests {
    use crate::context::Context;
    use crate::kernel::Kernel;
    use crate::memory::{allocate, download, upload};
    use pyrite_core::DType;

    /// Evaluates a WGSL expression of `x`, a pair of floats, on the GPU; None where there is none.
    fn pairs(expression: &str, x: &[f32]) -> Option<Vec<f64>> {
        let context = Context::open().ok()?;
        let bytes: Vec<u8> = x.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let (input, output) = (upload(&context, &bytes).unwrap(), allocate(&context, 8 * x.len()).unwrap());
        let mut kernel = Kernel::new("pairs");
        kernel.dense("input", &input, DType::F32);
        kernel.output("output", &output, DType::F32);
        kernel.code(&format!(
            "@compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) {{ let x = input(id.x); \
             let y = {expression}; store_output(2u * id.x, y.x); store_output(2u * id.x + 1u, y.y); }}"
        ));
        kernel.launch(&context, [x.len(), 1, 1]).unwrap();
        let mut out = vec![0; 8 * x.len()];
        download(&context, &output, 0, &mut out).unwrap();
        let floats: Vec<f64> =
            out.chunks_exact(4).map(|b| f64::from(f32::from_ne_bytes(b.try_into().unwrap()))).collect();
        Some(floats.chunks_exact(2).map(|pair| pair[0] + pair[1]).collect())
    }

    #[test]
    fn two_parts_keep_what_one_would_lose() {
        let x: Vec<f32> = (1..2000).map(|i| i as f32 * 0.007_31).collect();
        type Case = (&'static str, fn(f64) -> f64, f64);
        let cases: [Case; 4] = [
            ("fast_two_sum(100.0, x)", |x| x + 100.0, 1e-9),
            ("two_product(x, x)", |x| x * x, 1e-9),
            ("log_parts(x / 50.0)", |x| f64::from(x as f32 / 50.0).ln_1p(), 3e-8),
            ("log2_parts(x)", f64::log2, 4e-9),
        ];
        for (expression, exact, most) in cases {
            let Some(values) = pairs(expression, &x) else { return };
            let errors = x.iter().zip(values).map(|(&x, y)| (exact(x.into()) - y).abs());
            let worst = errors.fold(0.0, f64::max);
            assert!(worst < most, "{expression}: {worst:e}");
        }
    }
}
