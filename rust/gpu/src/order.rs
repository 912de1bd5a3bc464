//! Elements as unsigned integers that sort the same way (`shaders/order/`), which makes NaN, zeros of both signs and 64 bits
//! plain sailing on any device.

use pyrite_core::DType;

/// What the largest key stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The largest element; NaN is above it.
    Rising,
    /// The smallest element; NaN has the smallest key.
    Falling,
    /// The smallest element; NaN is above it all the same.
    Least,
}

/// The WGSL of keys of a dtype's elements: `Key`, `LOWEST`, `HIGHEST`, `is_below`.
pub fn key_type(dtype: DType) -> &'static str {
    match dtype.size() {
        8 => include_str!("shaders/order/wide_key.wgsl"),
        _ => include_str!("shaders/order/word_key.wgsl"),
    }
}

/// The WGSL of [`key_type`] and of the keys of the binding `item`: `key_at(place)`, `is_true_at(place)`.
pub fn keys(dtype: DType, order: Order) -> String {
    let wide = dtype.size() == 8;
    let bits = 8 * dtype.size() as u32;
    let per_word = 32 / bits.min(32);
    let mask = u32::MAX >> (32 - bits.min(32));
    let sign = 1u32 << (bits.min(32) - 1);
    let infinity: u32 = match dtype {
        DType::F16 => 0x7c00,
        DType::BF16 => 0x7f80,
        DType::F32 => 0x7f80_0000,
        DType::F64 => 0x7ff0_0000,
        _ => 0,
    };
    let is_signed = matches!(dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64);
    let constants = [
        ("PER_WORD", per_word),
        ("BITS", bits.min(32)),
        ("MASK", mask),
        ("SIGN", sign),
        ("INFINITY", infinity),
        ("FLIP", if is_signed { sign } else { 0 }),
        ("TURN", if order == Order::Rising { 0 } else { mask }),
        ("NAN", if order == Order::Falling { 0 } else { mask }),
    ];
    let mut text = format!("const IS_FLOAT = {};\n", dtype.is_float());
    constants.iter().for_each(|(name, value)| text.push_str(&format!("const {name} = {value}u;\n")));
    text.push_str(key_type(dtype));
    text.push_str(if wide { include_str!("shaders/order/wide.wgsl") } else { include_str!("shaders/order/word.wgsl") });
    text
}

/// The WGSL of [`keys`] with the places where they stand (`Placed`); `lift` takes the elements of a line in turn, or those whose
/// places are known.
pub fn placed_keys(dtype: DType, order: Order, are_known: bool) -> String {
    let lift =
        if are_known { include_str!("shaders/order/places.wgsl") } else { include_str!("shaders/order/elements.wgsl") };
    format!("{}{}{lift}", keys(dtype, order), include_str!("shaders/order/placed.wgsl"))
}
