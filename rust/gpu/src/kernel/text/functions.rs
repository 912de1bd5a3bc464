//! The functions behind the names of a kernel's code.

use super::Slot;
use crate::elements::{self, Long, compute_type};
use crate::kernel::{Binding, Form, Item, Number, Places};
use crate::not_built::not_built;
use crate::parameters::{list, word};
use crate::pipelines::Access;
use crate::vectors::{Groups, Stores};
use pyrite_core::{DType, Result};
use std::collections::HashMap;
use std::fmt::Write;

/// The functions that the code may call, by name.
#[derive(Default)]
pub struct Functions(pub HashMap<String, String>);

impl Functions {
    fn add(&mut self, name: String, rest: &str) {
        self.0.insert(name.clone(), format!("fn {name}{rest}"));
    }

    pub fn number(&mut self, number: &Number) {
        let Number { name, is_list, start } = *number;
        match is_list {
            true => self.add(name.into(), &format!("(i: u32) -> u32 {{ return {}; }}", list(start, "i"))),
            false => self.add(name.into(), &format!("() -> u32 {{ return {}; }}", word(start))),
        }
    }

    pub fn bind(&mut self, binding: &Binding, slot: &Slot, long: Long, label: &str) -> Result<()> {
        let name = binding.name;
        match binding.form {
            Form::Placed(_, places) | Form::Items(_, places) => self.places(name, places),
            Form::Dense(_) | Form::Words(_) => self.add(format!("place_{name}"), "(i: u32) -> u32 { return i; }"),
        }
        match binding.form {
            Form::Dense(dtype) | Form::Placed(dtype, _) => self.elements(name, dtype, long, slot, label),
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
            body.push_str(" let rest0 = i;");
            for (rest, axis) in (1..rank).rev().enumerate() {
                let outer = rest + 1;
                let _ = write!(
                    body,
                    " let rest{outer} = rest{rest} / size_{name}({axis}u); \
                     at += (rest{rest} - rest{outer} * size_{name}({axis}u)) * stride_{name}({axis}u);"
                );
            }
            let _ = write!(body, " at += rest{} * stride_{name}(0u);", rank - 1);
        }
        self.add(format!("place_{name}"), &format!("(i: u32) -> u32 {{ {body} return at; }}"));
    }

    /// Reading and writing the elements of a binding, whose words are the variable of its slot.
    fn elements(&mut self, name: &str, dtype: DType, long: Long, slot: &Slot, label: &str) -> Result<()> {
        let Some(ty) = compute_type(dtype, long) else {
            return not_built(&format!("{label} of {}", dtype.name()));
        };
        self.0.insert(format!("type_{name}"), format!("alias type_{name} = {ty};"));
        if let Some(width) = slot.width {
            let groups = Groups { dtype, long, lanes: 4, buffer: &slot.variable, width };
            return self.vectors(name, ty, &groups, slot.access);
        }
        let words = &slot.variable;
        let load = elements::load(dtype, long, words, slot.is_atomic, "at")?;
        let load = if dtype == DType::Bool { format!("i32({load})") } else { load };
        self.add(format!("load_{name}"), &format!("(at: u32) -> {ty} {{ return {load}; }}"));
        self.add(name.to_owned(), &format!("(i: u32) -> {ty} {{ return load_{name}(place_{name}(i)); }}"));
        let parts = ["at", "at + 1u", "at + 2u", "at + 3u"].map(|at| format!("load_{name}({at})")).join(", ");
        self.four(name, ty, "", &parts);
        if slot.access == Access::Write {
            let store = elements::store(dtype, long, words, "at", "value", slot.is_atomic)?;
            self.add(format!("store_{name}"), &format!("(at: u32, value: {ty}) {{ {store} }}"));
        }
        if dtype == DType::I64 {
            self.indices(name, words);
        }
        Ok(())
    }

    /// Reading and writing elements in fours.
    fn vectors(&mut self, name: &str, ty: &str, groups: &Groups<'_>, access: Access) -> Result<()> {
        let (lines, elements) = groups.load("at / 4u", "words")?;
        let element = |text: &String| if groups.dtype == DType::Bool { format!("i32({text})") } else { text.clone() };
        self.four(name, ty, &lines.join(" "), &elements.iter().map(element).collect::<Vec<_>>().join(", "));
        if ty != "f32" {
            return Ok(());
        }
        self.add(format!("load_{name}"), &format!("(at: u32) -> f32 {{ return vector_{name}(at)[at % 4u]; }}"));
        self.add(name.to_owned(), &format!("(i: u32) -> f32 {{ return load_{name}(place_{name}(i)); }}"));
        if access == Access::Write {
            let values = ["value.x", "value.y", "value.z", "value.w"].map(str::to_owned);
            let Stores { lines, together, .. } = groups.store("at / 4u", "bits", &values)?;
            let store = [lines, together].concat().join(" ");
            self.add(format!("put_vector_{name}"), &format!("(at: u32, value: vec4<f32>) {{ {store} }}"));
        }
        Ok(())
    }

    /// Four elements as an array and, where they are floats, as a vector.
    fn four(&mut self, name: &str, ty: &str, lines: &str, elements: &str) {
        let rest = format!("(at: u32) -> array<{ty}, 4> {{ {lines} return array<{ty}, 4>({elements}); }}");
        self.add(format!("four_{name}"), &rest);
        if ty == "f32" {
            let rest = format!("(at: u32) -> vec4<f32> {{ {lines} return vec4<f32>({elements}); }}");
            self.add(format!("vector_{name}"), &rest);
        }
    }

    /// Reading the items of a binding.
    fn items(&mut self, name: &str, Item { ty, count }: Item, slot: &Slot) {
        let place = format!("{}[at / {count}u]", slot.variable);
        self.add(format!("item_{name}"), &format!("(at: u32) -> {ty} {{ return {place}; }}"));
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
