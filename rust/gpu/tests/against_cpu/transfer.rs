//! Copies between the host and the device.

use crate::compare::{floats, gpu, ramp, to_floats};
use pyrite_core::{Backend, DType, Scalar, Tensor};

#[test]
fn what_is_copied_in_comes_out() {
    let Some(gpu) = gpu() else { return };
    for count in [1, 2, 3, 1000, 70_001] {
        let values = ramp(count);
        assert_eq!(to_floats(&floats(&values, &[count], gpu).unwrap()), values);
    }
    for count in [0, 1, 5, 1023] {
        let bytes: Vec<u8> = (0..count).map(|i| i as u8).collect();
        assert_eq!(Tensor::from_bytes(&bytes, &[count], DType::U8, gpu).unwrap().to_bytes().unwrap(), bytes);
    }
    assert_eq!(gpu.dispatches(), 0);
}

#[test]
fn any_range_of_bytes_can_be_read() {
    let Some(gpu) = gpu() else { return };
    let buffer = gpu.upload(&[10, 11, 12, 13, 14, 15, 16]).unwrap();
    for start in 0..7 {
        for end in start..=7 {
            let mut out = vec![0u8; end - start];
            gpu.download(&buffer, start, &mut out).unwrap();
            assert!(out.iter().zip(start..).all(|(&byte, i)| byte as usize == 10 + i), "{start}..{end}: {out:?}");
        }
    }
    assert!(gpu.download(&buffer, 4, &mut [0; 4]).is_err());
}

#[test]
fn one_element_is_an_item() {
    let Some(gpu) = gpu() else { return };
    let tensor = floats(&[1.5, -2.5, 4.0], &[3], gpu).unwrap();
    let last = tensor.with_layout(tensor.layout.slice(0, 2, 1, 1).unwrap());
    assert_eq!(last.item().unwrap(), Scalar::Float(4.0));
}

#[test]
fn a_filled_tensor_needs_no_copy() {
    let Some(gpu) = gpu() else { return };
    let tensor = Tensor::full(&[5, 7], Scalar::Float(2.5), DType::F32, gpu).unwrap();
    assert!(tensor.is_pending());
    assert_eq!(to_floats(&tensor), [2.5; 35]);
    assert_eq!(gpu.dispatches(), 1);
}
