//! The numbers that change from run to run (sizes, strides, offsets, scalars), as 32-bit words of one uniform array: a kernel
//! is compiled once for all of them.

#[derive(Default)]
pub struct Parameters {
    words: Vec<u32>,
}

impl Parameters {
    /// Adds a word; the WGSL that reads it.
    pub fn word(&mut self, word: u32) -> String {
        let at = self.words.len();
        self.words.push(word);
        format!("parameters[{}][{}]", at / 4, at % 4)
    }

    /// The WGSL that declares the array.
    pub fn declaration(&self) -> String {
        let vectors = self.words.len().div_ceil(4);
        format!("@group(0) @binding(0) var<uniform> parameters: array<vec4<u32>, {vectors}>;\n")
    }

    /// The words, to a whole number of vectors.
    pub fn into_words(mut self) -> Vec<u32> {
        self.words.resize(self.words.len().next_multiple_of(4), 0);
        self.words
    }
}
