//! Commands, memory and failures of the device as a whole.

use crate::compare::{apply, floats, gpu, ramp, to_floats, with_number};
use crate::numbers::{tensor, values};
use pyrite_core::{Backend, DType, Error, Op, Tensor};
use pyrite_cpu::CPU;

#[test]
fn commands_are_submitted_in_batches() {
    let Some(gpu) = gpu() else { return };
    let mut x = floats(&ramp(64), &[64], gpu).unwrap();
    for _ in 0..300 {
        x = with_number(Op::add, &x, 1.0).unwrap();
        x.operand().unwrap();
    }
    assert!(gpu.submits() <= 3, "{}", gpu.submits());
    let before = gpu.submits();
    to_floats(&x);
    assert_eq!(gpu.submits(), before + 1, "one read-back is one submission");
    gpu.synchronize().unwrap();
    assert_eq!(gpu.submits(), before + 1, "nothing is left to submit");
}

#[test]
fn many_small_uploads_keep_their_order() {
    let Some(gpu) = gpu() else { return };
    let mut sum = tensor(&[0.0; 5000], &[5000], DType::F32, gpu).unwrap();
    for i in 0..100 {
        let part = tensor(&vec![f64::from(i); 5000], &[5000], DType::F32, gpu).unwrap();
        sum = apply(Op::add, &[&sum, &part]).unwrap();
    }
    assert!(values(&sum).iter().all(|&x| x == 4950.0));
}

#[test]
fn memory_is_used_again() {
    let Some(gpu) = gpu() else { return };
    let held = gpu.allocate(1000).unwrap();
    let before = gpu.memory_stats();
    for _ in 0..10 {
        drop(gpu.allocate(3_000_000).unwrap());
    }
    let after = gpu.memory_stats();
    assert_eq!(after.allocated, before.allocated);
    assert!(after.reserved - before.reserved < 3_500_000, "{after:?}");
    assert!(after.peak_allocated - before.allocated >= 3_000_000, "{after:?}");
    gpu.empty_cache().unwrap();
    assert_eq!(gpu.memory_stats().reserved, before.reserved);
    gpu.reset_peak_memory_stats();
    assert_eq!(gpu.memory_stats().peak_reserved, before.reserved);
    drop(held);
    assert_eq!(gpu.memory_stats().allocated, 0);
}

#[test]
fn where_memory_runs_out_the_pool_is_emptied_and_then_it_is_an_error() {
    let Some(gpu) = gpu() else { return };
    gpu.set_memory_limit(Some(8 << 20));
    let held = floats(&ramp(1000), &[1000], gpu).unwrap();
    drop(gpu.allocate(5 << 20).unwrap());
    let other = gpu.allocate(6 << 20).expect("the pool gives its 5 MiB back");
    let error = gpu.allocate(3 << 20).unwrap_err();
    assert!(matches!(error, Error::DeviceOutOfMemory(_)));
    let text = error.to_string();
    assert!(text.contains("Tried to allocate 3145728 bytes") && text.contains(&(8 << 20).to_string()), "{text}");
    drop(other);
    gpu.allocate(3 << 20).expect("there is room again");
    assert_eq!(to_floats(&held), ramp(1000));
}

#[test]
fn a_lost_device_says_so_and_the_cpu_goes_on() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(10), &[10], gpu).unwrap();
    gpu.close();
    for error in [x.to_bytes().unwrap_err(), gpu.allocate(4).unwrap_err(), gpu.synchronize().unwrap_err()] {
        assert!(error.to_string().contains("was lost"), "{error}");
    }
    assert_eq!(to_floats(&floats(&ramp(10), &[10], &CPU).unwrap()), ramp(10));
}

#[test]
fn elements_of_every_size_are_copied_between_any_layouts() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::Bool, DType::I8, DType::F16, DType::F32, DType::I64, DType::C64, DType::C128] {
        let bytes: Vec<u8> =
            (0..7 * 5 * dtype.size()).map(|i| if dtype == DType::Bool { i % 2 } else { i % 60 } as u8).collect();
        let copy = |on| {
            let x = Tensor::from_bytes(&bytes, &[7, 5], dtype, on)?;
            let view = x.with_layout(x.layout.transpose(0, 1)?.slice(0, 1, 3, 1)?);
            let target = Tensor::from_bytes(&bytes, &[5, 7], dtype, on)?;
            let part = target.with_layout(target.layout.slice(0, 2, 3, 1)?);
            part.assign(&pyrite_core::tensor::Argument::Tensor(&view))?;
            target.to_bytes()
        };
        assert_eq!(copy(&CPU).unwrap(), copy(gpu).unwrap(), "{}", dtype.name());
    }
}
