//! Prints a kernel's text from its signature.

mod functions;

use super::{Binding, Form, Signature, compile};
use crate::context::Context;
use crate::elements::{Long, per_word};
use crate::fault;
use crate::parameters::Parameters;
use crate::pipelines::{Access, Pipeline};
use crate::prelude;
use crate::vectors;
use functions::Functions;
use pyrite_core::Result;
use std::sync::Arc;

/// A variable of the shader.
struct Slot {
    access: Access,
    variable: String,
    ty: String,
    /// Words of an item, where elements are read in fours.
    width: Option<usize>,
    is_atomic: bool,
}

impl Signature {
    pub fn compile(&self, context: &Context, parameters: &Parameters) -> Result<Arc<Pipeline>> {
        let slots = self.slots();
        let text = self.text(&slots, context.long())?;
        let accesses: Vec<Access> = slots.iter().map(|slot| slot.access).collect();
        compile(context, self.label, [self.extensions, &text], &accesses, parameters)
    }

    /// The kernel's text, but for the declaration of its parameters.
    fn text(&self, slots: &[Slot], long: Long) -> Result<String> {
        let mut functions = Functions::default();
        for binding in &self.bindings {
            functions.bind(binding, &slots[binding.slot], long, self.label)?;
        }
        self.numbers.iter().for_each(|number| functions.number(number));
        if self.has_faults {
            functions.0.extend(fault::functions().map(|(name, text)| (name.to_owned(), text)));
        }
        let declarations: String = slots.iter().enumerate().map(|(k, slot)| slot.declaration(k + 1)).collect();
        let needed = prelude::needed(&self.code, &functions.0);
        Ok(format!("{declarations}\n{needed}{}", self.code))
    }

    fn slots(&self) -> Vec<Slot> {
        let count = self.bindings.iter().map(|binding| binding.slot + 1).max().unwrap_or(0);
        let named = |slot| self.bindings.iter().filter(move |binding| binding.slot == slot).collect::<Vec<_>>();
        let mut slots: Vec<Slot> = (0..count).map(|slot| Slot::of(&named(slot))).collect();
        if self.has_faults {
            let ty = format!("array<atomic<u32>, {}>", fault::WORDS);
            slots.push(Slot { access: Access::Write, variable: "faults".into(), ty, width: None, is_atomic: true });
        }
        slots
    }
}

impl Binding {
    /// Whether threads write parts of a word.
    fn writes_parts(&self) -> bool {
        let is_part = matches!(self.form, Form::Dense(dtype) | Form::Placed(dtype, _) if per_word(dtype) > 1);
        is_part && self.access == Access::Write
    }

    /// Words that hold four elements, where they are read together.
    fn width(&self) -> Option<usize> {
        match self.form {
            Form::Dense(dtype) | Form::Placed(dtype, _) if self.is_in_fours => Some(vectors::width(dtype, 4)),
            _ => None,
        }
    }
}

impl Slot {
    /// The variable of a buffer with one or more names, which is read in fours if all agree on it.
    fn of(bindings: &[&Binding]) -> Slot {
        let Binding { name, form, .. } = bindings[0];
        let is_written = bindings.iter().any(|binding| binding.access == Access::Write);
        let width = bindings[0].width().filter(|width| bindings.iter().all(|other| other.width() == Some(*width)));
        let is_atomic = width.is_none() && bindings.iter().any(|binding| binding.writes_parts());
        let ty = match (form, width) {
            (_, _) if is_atomic => "array<atomic<u32>>".to_owned(),
            (_, Some(width)) => vectors::array(width).to_owned(),
            (Form::Words(ty), _) => (*ty).to_owned(),
            (Form::Items(item, _), _) => format!("array<{}>", item.ty),
            (Form::Dense(_) | Form::Placed(..), None) => "array<u32>".to_owned(),
        };
        let variable = if matches!(form, Form::Words(_)) { (*name).to_owned() } else { format!("{name}_words") };
        Slot { access: if is_written { Access::Write } else { Access::Read }, variable, ty, width, is_atomic }
    }

    fn declaration(&self, binding: usize) -> String {
        let access = if self.access == Access::Read { "read" } else { "read_write" };
        format!("@group(0) @binding({binding}) var<storage, {access}> {}: {};\n", self.variable, self.ty)
    }
}
