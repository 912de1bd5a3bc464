//! Tensors one after another: a thread for each element of the result, which finds the tensor that it comes from.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::not_built::not_built;
use pyrite_core::{Operand, Result};

const NAMES: [&str; 7] = ["part0", "part1", "part2", "part3", "part4", "part5", "part6"];

/// See `Fast::Cat`.
pub fn cat(context: &Context, axis: usize, parts: &[Option<Operand>], out: &Operand) -> Result<()> {
    let shape = &out.layout.shape;
    if parts.len() > NAMES.len() {
        return not_built(&format!("joining {} tensors at once", parts.len()));
    }
    let mut kernel = Kernel::new("cat");
    let mut code = String::new();
    for (name, part) in NAMES.into_iter().zip(parts.iter().flatten()) {
        kernel.input(name, part);
        code += &include_str!("../shaders/fast/cat_part.wgsl").replace("PART", name).replace("AXIS", &axis.to_string());
    }
    kernel.target("out", out);
    let count: usize = shape.iter().product();
    kernel.number("length", shape[axis]);
    kernel.number("inner", shape[axis + 1..].iter().product());
    kernel.code(&include_str!("../shaders/fast/cat.wgsl").replace("PARTS", &code));
    kernel.launch_each(context, count)
}
