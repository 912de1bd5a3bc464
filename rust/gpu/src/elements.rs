//! WGSL that reads and writes one element of each dtype. Memory is an array of 32-bit words: bytes and halves share one, others take
//! one to four. float16 and bfloat16 compute in f32; bool, uint8, int8 and int16 in i32; complex numbers are pairs of floats.

use crate::not_built::not_built;
use pyrite_core::{DType, Result};

/// What a device computes int64 in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Long {
    /// Integers of its own.
    Native,
    /// Pairs of words, with the arithmetic of `shaders/pair.wgsl`.
    Pair,
}

/// The WGSL type that ops of a dtype compute in; a bool is an integer of 0 or 1.
pub fn compute_type(dtype: DType, long: Long) -> Option<&'static str> {
    match dtype {
        DType::F32 | DType::F16 | DType::BF16 => Some("f32"),
        DType::Bool | DType::U8 | DType::I8 | DType::I16 | DType::I32 => Some("i32"),
        DType::I64 if long == Long::Pair => Some("pair"),
        DType::I64 => Some("i64"),
        DType::F64 => Some("f64"),
        DType::C64 => Some("c64"),
        DType::C128 => Some("c128"),
    }
}

/// Whether WGSL's operators mean what the table's do: not those of vectors.
pub fn has_operators(compute: &str) -> bool {
    !matches!(compute, "pair" | "c64" | "c128")
}

/// The dtype that partial results are kept in: as wide as what ops compute in.
pub fn wide(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        DType::Bool | DType::U8 | DType::I8 | DType::I16 => DType::I32,
        other => other,
    }
}

/// The sum of two values of a compute type.
pub fn plus(compute: &str, a: &str, b: &str) -> String {
    if has_operators(compute) { format!("{a} + {b}") } else { format!("op_add_{compute}({a}, {b})") }
}

/// Their product.
pub fn times(compute: &str, a: &str, b: &str) -> String {
    if has_operators(compute) { format!("{a} * {b}") } else { format!("op_mul_{compute}({a}, {b})") }
}

/// Elements in one word; 1 where an element takes a word or more.
pub fn per_word(dtype: DType) -> usize {
    (4 / dtype.size()).max(1)
}

/// Where an element of 1 or 2 bytes lies: its word and how far left its bits are shifted.
fn part(dtype: DType, at: &str) -> (String, String) {
    let count = per_word(dtype);
    (format!("({at}) / {count}u"), format!("({at}) % {count}u * {}u", 32 / count))
}

/// The element at `at` of `words`, in its compute type, but a bool as a bool.
pub fn load(dtype: DType, long: Long, words: &str, is_atomic: bool, at: &str) -> Result<String> {
    let word = |i: &str| if is_atomic { format!("atomicLoad(&{words}[{i}])") } else { format!("{words}[{i}]") };
    match dtype.size() {
        1 | 2 => {
            let (i, shift) = part(dtype, at);
            value(dtype, long, &[word(&i)], &shift)
        }
        4 => value(dtype, long, &[word(at)], "0u"),
        size => {
            let count = size / 4;
            let words: Vec<String> = (0..count).map(|k| word(&format!("{count}u * ({at}) + {k}u"))).collect();
            value(dtype, long, &words, "0u")
        }
    }
}

/// The element that the words hold, or one of at most 16 bits, which the word has from `shift` on.
pub fn value(dtype: DType, long: Long, words: &[String], shift: &str) -> Result<String> {
    let word = &words[0];
    Ok(match dtype {
        DType::F32 => format!("bitcast<f32>({word})"),
        DType::I32 => format!("bitcast<i32>({word})"),
        DType::Bool => format!("(({word} >> ({shift})) & 0xffu) != 0u"),
        DType::U8 => format!("i32(({word} >> ({shift})) & 0xffu)"),
        DType::I8 | DType::I16 => format!("extractBits(bitcast<i32>({word}), {shift}, {}u)", 8 * dtype.size()),
        DType::F16 => format!("widen_f16(({word} >> ({shift})) & 0xffffu)"),
        DType::BF16 => format!("bitcast<f32>(({word} >> ({shift})) << 16u)"),
        DType::I64 | DType::F64 | DType::C64 | DType::C128 => {
            format!("join_{}({})", compute_type(dtype, long).unwrap_or_default(), words.join(", "))
        }
    })
}

/// The bits of an element of at most 32 bits as a u32, those above its size not set.
pub fn bits(dtype: DType, value: &str) -> Result<String> {
    Ok(match dtype {
        DType::F32 | DType::I32 => format!("bitcast<u32>({value})"),
        DType::Bool => format!("u32(!({value} == 0))"),
        DType::U8 | DType::I8 => format!("(bitcast<u32>({value}) & 0xffu)"),
        DType::I16 => format!("(bitcast<u32>({value}) & 0xffffu)"),
        DType::F16 => format!("narrow_f16({value})"),
        DType::BF16 => format!("narrow_bf16({value})"),
        other => return not_built(&format!("writing {}", other.name())),
    })
}

/// Statements that write `value` to the place `at`, both names. Words that elements share must be atomic: other threads may
/// write the rest of them.
pub fn store(dtype: DType, long: Long, words: &str, at: &str, value: &str, is_atomic: bool) -> Result<String> {
    let set = |i: &str, bits: &str| match is_atomic {
        true => format!("atomicStore(&{words}[{i}], {bits});"),
        false => format!("{words}[{i}] = {bits};"),
    };
    if dtype.size() > 4 {
        let (t, count) = (compute_type(dtype, long).unwrap_or_default(), dtype.size() / 4);
        let words = (0..count).map(|k| set(&format!("{count}u * ({at}) + {k}u"), &format!("parts[{k}]")));
        return Ok(format!("let parts = split_{t}({value}); {}", words.collect::<String>()));
    }
    let bits = bits(dtype, value)?;
    if per_word(dtype) == 1 {
        return Ok(set(at, &bits));
    }
    let (word, shift) = part(dtype, at);
    let mask = if dtype.size() == 1 { "0xffu" } else { "0xffffu" };
    Ok(format!("atomicAnd(&{words}[{word}], ~({mask} << ({shift}))); atomicOr(&{words}[{word}], {bits} << ({shift}));"))
}

/// The value as its dtype holds it, for steps whose results go on to others.
pub fn narrow(dtype: DType, value: &str) -> String {
    match dtype {
        DType::U8 => format!("({value}) & 0xff"),
        DType::I8 => format!("extractBits({value}, 0u, 8u)"),
        DType::I16 => format!("extractBits({value}, 0u, 16u)"),
        DType::F16 => format!("round_f16({value})"),
        DType::BF16 => format!("round_bf16({value})"),
        _ => value.to_owned(),
    }
}
