//! Kernels are told apart by all that their text depends on, and by nothing else.

use super::Kernel;
use crate::context::Context;
use crate::memory::{download, upload};
use pyrite_core::{Buffer, DType, Layout, Operand};

const ADD: &str = "@compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) { \
                   store_out(id.x, x(id.x) + y(id.x) + i32(more())); }";

fn numbers(context: &Context, values: [i32; 4]) -> Buffer {
    upload(context, values.map(i32::to_ne_bytes).as_flattened()).unwrap()
}

fn operand(buffer: &Buffer, strides: [isize; 2]) -> Operand {
    let layout = Layout { shape: [2, 2].into_iter().collect(), strides: strides.into_iter().collect(), offset: 0 };
    Operand { buffer: buffer.clone(), layout, dtype: DType::I32 }
}

fn sum(context: &Context, x: &Operand, y: &Operand, out: &Buffer, more: usize) -> Vec<i32> {
    let mut kernel = Kernel::new("sum");
    kernel.input("x", x);
    kernel.input("y", y);
    kernel.output("out", out, DType::I32);
    kernel.number("more", more);
    kernel.code(ADD);
    kernel.launch(context, [4, 1, 1]).unwrap();
    let mut bytes = [0; 16];
    download(context, out, 0, &mut bytes).unwrap();
    bytes.as_chunks().0.iter().map(|&bytes| i32::from_ne_bytes(bytes)).collect()
}

#[test]
fn numbers_and_strides_share_a_kernel_and_forms_do_not() {
    let Ok(context) = Context::open() else { return };
    let (a, b, out) = (numbers(&context, [1, 2, 3, 4]), numbers(&context, [10, 20, 30, 40]), numbers(&context, [0; 4]));
    let (x, y) = (operand(&a, [2, 1]), operand(&b, [1, 2]));
    let kernels = || context.pipelines.len();
    assert_eq!(sum(&context, &x, &y, &out, 0), [11, 32, 23, 44]);
    let first = kernels();
    assert_eq!(sum(&context, &x, &operand(&b, [0, 1]), &out, 5), [16, 27, 18, 29]);
    assert_eq!(kernels(), first, "strides and numbers are parameters");
    assert_eq!(sum(&context, &y, &x, &out, 0), [11, 32, 23, 44]);
    assert_eq!(kernels(), first + 1, "another operand is contiguous");
    assert_eq!(sum(&context, &x, &operand(&a, [1, 2]), &out, 0), [2, 5, 5, 8]);
    assert_eq!(kernels(), first + 2, "one buffer has two names");
}
