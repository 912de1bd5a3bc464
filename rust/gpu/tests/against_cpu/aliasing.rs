//! Memory that passes from an input to a result, and in-place ops.

use crate::compare::{apply, assert_same, floats, gpu, integers, ramp, to_floats, with_number};
use pyrite_core::tensor::Argument;
use pyrite_core::{Backend, DType, Op, Scalar, Tensor};

#[test]
fn an_input_that_nothing_else_reads_gives_its_memory() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(1000), &[1000], gpu).unwrap();
    let memory = std::sync::Arc::as_ptr(&x.operand().unwrap().buffer.0).cast::<u8>();
    let y = with_number(Op::mul, &apply(Op::abs, &[&x]).unwrap(), 3.0).unwrap();
    drop(x);
    let expected: Vec<f32> = ramp(1000).iter().map(|x| x.abs() * 3.0).collect();
    assert_eq!(to_floats(&y), expected);
    assert_eq!(std::sync::Arc::as_ptr(&y.operand().unwrap().buffer.0).cast::<u8>(), memory);
}

#[test]
fn an_in_place_op_leaves_earlier_readers_alone() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(500), &[500], gpu).unwrap();
    let view = x.with_layout(x.layout.slice(0, 10, 5, 2).unwrap());
    let before = with_number(Op::add, &x, 1.0).unwrap();
    for _ in 0..3 {
        let next: Tensor = with_number(Op::mul, &x, 2.0).unwrap();
        x.assign(&Argument::Tensor(&next)).unwrap();
    }
    let base = ramp(500);
    assert_eq!(to_floats(&view), [10, 12, 14, 16, 18].map(|i| base[i] * 8.0));
    assert_eq!(to_floats(&before), base.iter().map(|x| x + 1.0).collect::<Vec<_>>());
}

#[test]
fn many_commands_in_a_row_keep_their_order() {
    let Some(gpu) = gpu() else { return };
    let mut x = floats(&ramp(64), &[64], gpu).unwrap();
    let mut expected = ramp(64);
    for i in 0..300 {
        x = with_number(if i % 2 == 0 { Op::mul } else { Op::add }, &x, 0.75).unwrap();
        x.operand().unwrap();
        expected.iter_mut().for_each(|e| if i % 2 == 0 { *e *= 0.75 } else { *e += 0.75 });
    }
    assert_eq!(gpu.dispatches(), 300);
    assert_eq!(to_floats(&x), expected);
}

#[test]
fn a_part_is_written_through_any_view() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| {
        let base = floats(&ramp(12 * 10), &[12, 10], on)?;
        let view = |layout| base.with_layout(layout);
        let part = view(base.layout.slice(0, 1, 5, 2)?.transpose(0, 1)?);
        part.assign(&Argument::Tensor(&integers(&[7, -8, 9, 10, -11], &[5], on)?))?;
        let snapshot = with_number(Op::mul, &base, 2.0)?;
        let column = view(base.layout.select(1, 3)?);
        column.assign(&Argument::Scalar(Scalar::Float(0.25)))?;
        view(base.layout.slice(0, 0, 6, 1)?).assign(&Argument::Tensor(&view(base.layout.slice(0, 4, 6, 1)?)))?;
        apply(Op::sub, &[&base, &snapshot])
    });
}

#[test]
fn a_write_to_memory_that_others_read_stays_on_the_device() {
    let Some(gpu) = gpu() else { return };
    for bytes in [vec![1, 2, 3, 4, 5, 6, 7], vec![]] {
        let x = Tensor::from_bytes(&bytes, &[bytes.len()], DType::U8, gpu).unwrap();
        let reader = x.operand().unwrap();
        let before = gpu.submits();
        x.with_layout(x.layout.slice(0, 0, bytes.len() / 2, 1).unwrap())
            .assign(&Argument::Scalar(Scalar::Int(9)))
            .unwrap();
        assert_eq!(gpu.submits(), before, "a read-back is a submission");
        let mut old = vec![0; bytes.len()];
        gpu.download(&reader.buffer, 0, &mut old).unwrap();
        assert_eq!(old, bytes);
        let half = bytes.len() / 2;
        assert_eq!(x.to_bytes().unwrap(), [&vec![9; half][..], &bytes[half..]].concat());
    }
}
