//! The numbers that change from run to run (sizes, strides, offsets, scalars), as 32-bit words of one array: a kernel is
//! compiled once for all of them.

/// How a kernel is given its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placement {
    /// With the command itself.
    Immediate,
    /// In memory, as binding 0.
    Uniform,
}

/// The WGSL that reads a word.
pub fn word(at: usize) -> String {
    format!("parameters.words[{}][{}]", at / 4, at % 4)
}

/// The WGSL that reads the word at `i` of those from `start` on.
pub fn list(start: usize, i: &str) -> String {
    format!("parameters.words[({start}u + {i}) / 4u][({start}u + {i}) % 4u]")
}

#[derive(Default)]
pub struct Parameters {
    words: Vec<u32>,
}

impl Parameters {
    pub fn push(&mut self, word: u32) {
        self.words.push(word);
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Bytes, to a whole number of vectors.
    pub fn bytes(&self) -> usize {
        self.words.len().div_ceil(4) * 16
    }

    /// The WGSL that declares the array, in a struct because Direct3D asks for one.
    pub fn declaration(&self, placement: Placement) -> String {
        let place = match placement {
            Placement::Immediate => "var<immediate>",
            Placement::Uniform => "@group(0) @binding(0) var<uniform>",
        };
        match self.is_empty() {
            true => String::new(),
            false => {
                let count = self.bytes() / 16;
                format!("struct Parameters {{ words: array<vec4<u32>, {count}> }}\n{place} parameters: Parameters;\n")
            }
        }
    }

    /// The words, to a whole number of vectors.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.words.resize(self.words.len().next_multiple_of(4), 0);
        self.words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }
}
