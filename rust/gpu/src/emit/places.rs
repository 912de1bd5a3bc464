//! Where the elements of a thread lie. Numbers of axes are part of the text, so that each has its own lines and no loop goes over them.

use super::Emitter;
use crate::part::{Form, is_placed};

impl Emitter<'_> {
    /// Declares `at` of each input, of all elements or of each. Strides below zero rely on 32-bit sums that wrap.
    pub fn places(&mut self, numel: &str) {
        let (inputs, forms, lanes) = (&self.part.program.inputs, &self.part.forms, self.part.lanes);
        let is_shared = self.part.shares_axes();
        if forms.contains(&Form::Apart) {
            for lane in 0..lanes {
                // The last elements stand in for those that follow.
                let i = if lanes == 1 { "first".into() } else { format!("min(first + {lane}u, {numel} - 1u)") };
                self.line(&format!("let i_{lane} = {i};"));
            }
        }
        if self.part.has_axes() {
            let first = self.word();
            let sizes: Vec<String> = self.part.program.shape[1..].iter().map(|_| self.word()).collect();
            match is_shared {
                true => self.axes("", &format!("{first} + first"), &sizes),
                false => {
                    (0..lanes).for_each(|lane| self.axes(&format!("_{lane}"), &format!("{first} + i_{lane}"), &sizes))
                }
            }
        }
        for (k, (input, form)) in inputs.iter().zip(forms).enumerate() {
            let offset = self.word();
            let count = if is_placed(input) { input.layout.rank() } else { 0 };
            let strides: Vec<String> = (0..count).map(|_| self.word()).collect();
            let along = |suffix: &str| {
                let terms =
                    strides.iter().enumerate().map(|(axis, stride)| format!(" + axis{axis}{suffix} * {stride}"));
                terms.collect::<String>()
            };
            let apart = |lane: usize| match is_placed(input) {
                true => along(&format!("_{lane}")),
                false => format!(" + i_{lane}"),
            };
            match form {
                Form::Vector if !is_placed(input) => self.line(&format!("let at{k} = {offset} + first;")),
                Form::Vector | Form::Same | Form::Step => self.line(&format!("let at{k} = {offset}{};", along(""))),
                Form::Apart => {
                    (0..lanes).for_each(|lane| self.line(&format!("let at{k}_{lane} = {offset}{};", apart(lane))));
                }
            }
            if let (Form::Step, Some(stride)) = (form, strides.last()) {
                (0..lanes).for_each(|lane| self.line(&format!("let at{k}_{lane} = at{k} + {lane}u * {stride};")));
            }
        }
    }

    /// Declares the place of element `i` along each axis; all but the first have a size.
    fn axes(&mut self, suffix: &str, i: &str, sizes: &[String]) {
        let last = sizes.len();
        self.line(&format!("let rest{last}{suffix} = {i};"));
        for (axis, size) in sizes.iter().enumerate().rev().map(|(k, size)| (k + 1, size)) {
            let outer = axis - 1;
            self.line(&format!("let rest{outer}{suffix} = rest{axis}{suffix} / {size};"));
            self.line(&format!("let axis{axis}{suffix} = rest{axis}{suffix} - rest{outer}{suffix} * {size};"));
        }
        self.line(&format!("let axis0{suffix} = rest0{suffix};"));
    }
}
