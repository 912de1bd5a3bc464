//! Prints a kernel's text from its signature.

use super::{Binding, Form, Item, Number, Places, Signature, compile};
use crate::context::Context;
use crate::elements::{self, Long, compute_type, per_word};
use crate::fault;
use crate::not_built::not_built;
use crate::parameters::{Parameters, list, word};
use crate::pipelines::{Access, Pipeline};
use crate::prelude;
use crate::vectors::{self, Groups};
use pyrite_core::{DType, Result};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// A variable of the shader.
struct Slot {
    access: Access,
    variable: String,
    ty: String,
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
        let mut slots: Vec<Slot> = Vec::new();
        for binding in &self.bindings {
            if binding.slot == slots.len() {
                slots.push(Slot::of(binding));
            }
            let slot = &mut slots[binding.slot];
            if binding.access == Access::Write {
                slot.access = Access::Write;
                slot.is_atomic |= binding.writes_parts();
            }
        }
        if self.has_faults {
            let ty = format!("array<atomic<u32>, {}>", fault::WORDS);
            slots.push(Slot { access: Access::Write, variable: "faults".into(), ty, is_atomic: false });
        }
        slots
    }
}

impl Binding {
    /// Whether threads write parts of a word.
    fn writes_parts(&self) -> bool {
        matches!(self.form, Form::Dense(dtype) | Form::Placed(dtype, _) if per_word(dtype) > 1)
    }
}

impl Slot {
    fn of(binding: &Binding) -> Slot {
        let (variable, ty) = match binding.form {
            Form::Words(ty) => (binding.name.to_owned(), ty.to_owned()),
            Form::Items(item, _) => (format!("{}_words", binding.name), format!("array<{}>", item.ty)),
            Form::Fours(dtype, _) => {
                (format!("{}_words", binding.name), vectors::array(vectors::width(dtype, 4)).to_owned())
            }
            Form::Dense(_) | Form::Placed(..) => (format!("{}_words", binding.name), "array<u32>".to_owned()),
        };
        Slot { access: binding.access, variable, ty, is_atomic: false }
    }

    fn declaration(&self, binding: usize) -> String {
        let access = if self.access == Access::Read { "read" } else { "read_write" };
        let ty = if self.is_atomic { "array<atomic<u32>>" } else { &self.ty };
        format!("@group(0) @binding({binding}) var<storage, {access}> {}: {ty};\n", self.variable)
    }
}

/// The functions that the code may call, by name.
#[derive(Default)]
struct Functions(HashMap<String, String>);

impl Functions {
    fn add(&mut self, name: String, rest: &str) {
        self.0.insert(name.clone(), format!("fn {name}{rest}"));
    }

    fn number(&mut self, number: &Number) {
        let Number { name, is_list, start } = *number;
        match is_list {
            true => self.add(name.into(), &format!("(i: u32) -> u32 {{ return {}; }}", list(start, "i"))),
            false => self.add(name.into(), &format!("() -> u32 {{ return {}; }}", word(start))),
        }
    }

    fn bind(&mut self, binding: &Binding, slot: &Slot, long: Long, label: &str) -> Result<()> {
        let name = binding.name;
        match binding.form {
            Form::Placed(_, places) | Form::Fours(_, places) | Form::Items(_, Some(places)) => {
                self.places(name, places)
            }
            Form::Dense(_) | Form::Items(_, None) | Form::Words(_) => {
                self.add(format!("place_{name}"), "(i: u32) -> u32 { return i; }")
            }
        }
        match binding.form {
            Form::Dense(dtype) | Form::Placed(dtype, _) => self.elements(name, dtype, long, slot, label),
            Form::Fours(dtype, _) => self.fours(name, dtype, long, slot, label),
            Form::Items(item, _) => {
                self.items(name, item, slot);
                Ok(())
            }
            Form::Words(_) => Ok(()),
        }
    }

    /// Where the elements of an operand lie.
    fn places(&mut self, name: &str, Places { rank, is_contiguous, start }: Places) {
        let offset = word(start);
        self.add(format!("offset_{name}"), &format!("() -> u32 {{ return {offset}; }}"));
        let size = list(start + 1, "axis");
        self.add(format!("size_{name}"), &format!("(axis: u32) -> u32 {{ return {size}; }}"));
        let stride = list(start + 1 + rank, "axis");
        self.add(format!("stride_{name}"), &format!("(axis: u32) -> u32 {{ return {stride}; }}"));
        self.0.insert(format!("rank_{name}"), format!("const rank_{name} = {rank}u;"));
        let mut body = format!("var at = {offset};");
        if is_contiguous {
            body.push_str(" at += i;");
        } else {
            body.push_str(" var rest = i;");
            for axis in (0..rank).rev() {
                let _ = write!(
                    body,
                    " at += rest % size_{name}({axis}u) * stride_{name}({axis}u); rest /= size_{name}({axis}u);"
                );
            }
        }
        self.add(format!("place_{name}"), &format!("(i: u32) -> u32 {{ {body} return at; }}"));
    }

    /// Reading and writing the elements of a binding, whose words are the variable of its slot.
    fn elements(&mut self, name: &str, dtype: DType, long: Long, slot: &Slot, label: &str) -> Result<()> {
        let Some(ty) = compute_type(dtype, long) else {
            return not_built(&format!("{label} of {}", dtype.name()));
        };
        let words = &slot.variable;
        let load = elements::load(dtype, long, words, slot.is_atomic, "at")?;
        let load = if dtype == DType::Bool { format!("i32({load})") } else { load };
        self.0.insert(format!("type_{name}"), format!("alias type_{name} = {ty};"));
        self.add(format!("load_{name}"), &format!("(at: u32) -> {ty} {{ return {load}; }}"));
        self.add(name.to_owned(), &format!("(i: u32) -> {ty} {{ return load_{name}(place_{name}(i)); }}"));
        if slot.access == Access::Write {
            let store = elements::store(dtype, long, words, "at", "value", slot.is_atomic)?;
            self.add(format!("store_{name}"), &format!("(at: u32, value: {ty}) {{ {store} }}"));
        }
        if dtype == DType::I64 {
            self.indices(name, words);
        }
        Ok(())
    }

    /// Reading four elements of a binding.
    fn fours(&mut self, name: &str, dtype: DType, long: Long, slot: &Slot, label: &str) -> Result<()> {
        let Some(ty) = compute_type(dtype, long) else {
            return not_built(&format!("{label} of {}", dtype.name()));
        };
        let groups = Groups { dtype, long, lanes: 4, buffer: &slot.variable, width: vectors::width(dtype, 4) };
        let (lines, elements) = groups.load("at / 4u", "words")?;
        let element = |text: &String| if dtype == DType::Bool { format!("i32({text})") } else { text.clone() };
        let (lines, elements) = (lines.join(" "), elements.iter().map(element).collect::<Vec<_>>().join(", "));
        self.0.insert(format!("type_{name}"), format!("alias type_{name} = {ty};"));
        let rest = format!("(at: u32) -> array<{ty}, 4> {{ {lines} return array<{ty}, 4>({elements}); }}");
        self.add(format!("load_four_{name}"), &rest);
        Ok(())
    }

    /// Reading and writing the items of a binding.
    fn items(&mut self, name: &str, Item { ty, count }: Item, slot: &Slot) {
        let place = format!("{}[at / {count}u]", slot.variable);
        self.add(format!("item_{name}"), &format!("(at: u32) -> {ty} {{ return {place}; }}"));
        if slot.access == Access::Write {
            self.add(format!("put_item_{name}"), &format!("(at: u32, value: {ty}) {{ {place} = value; }}"));
        }
    }

    /// Reading and writing int64 as what fits an index, or as two words.
    fn indices(&mut self, name: &str, words: &str) {
        let index = format!("index_of_i64({words}[2u * at], {words}[2u * at + 1u])");
        self.add(format!("load_index_{name}"), &format!("(at: u32) -> i32 {{ return {index}; }}"));
        let index = format!("(i: u32) -> i32 {{ return load_index_{name}(place_{name}(i)); }}");
        self.add(format!("index_{name}"), &index);
        let pair = format!("vec2<u32>({words}[2u * at], {words}[2u * at + 1u])");
        self.add(format!("load_pair_{name}"), &format!("(at: u32) -> vec2<u32> {{ return {pair}; }}"));
        let store =
            format!("{words}[2u * at] = bitcast<u32>(value); {words}[2u * at + 1u] = bitcast<u32>(value >> 31u);");
        self.add(format!("store_index_{name}"), &format!("(at: u32, value: i32) {{ {store} }}"));
    }
}
