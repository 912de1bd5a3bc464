//! What can go wrong, as data: the bindings alone turn it into Python's exception classes and text.

use crate::DType;
use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// A refusal of the core. The variant decides the exception class, the text names op, shapes and dtypes.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// Wrong shapes, dtypes or devices: `RuntimeError`.
    Invalid(String),
    /// An index or a dimension out of range: `IndexError`.
    Index(String),
    /// An argument of the right type with a value that makes no sense: `ValueError`.
    Value(String),
    /// An argument of the wrong type: `TypeError`.
    Type(String),
    /// Integer division by zero: `RuntimeError`, in PyTorch's words.
    ZeroDivision,
    /// The op exists, but not for this dtype: `NotImplementedError`, as PyTorch says `"op" not implemented for 'Bool'`.
    Unsupported { op: &'static str, dtype: DType },
    /// A device has no kernel for it, in words that name it: `NotImplementedError`.
    NotBuilt(String),
    /// More memory was asked for than there is: `RuntimeError`.
    OutOfMemory { bytes: usize },
    /// The same on a device with memory of its own, in words: `OutOfMemoryError`, which is a `RuntimeError`.
    DeviceOutOfMemory(String),
}

impl Error {
    /// PyTorch's words for a dimension outside of a tensor's.
    pub fn dimension(axis: isize, rank: usize) -> Error {
        let n = rank.max(1) as isize;
        Error::Index(format!("Dimension out of range (expected to be in range of [{}, {}], but got {axis})", -n, n - 1))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid(text) | Error::Index(text) | Error::Value(text) | Error::Type(text) => f.write_str(text),
            Error::NotBuilt(text) | Error::DeviceOutOfMemory(text) => f.write_str(text),
            Error::ZeroDivision => f.write_str("ZeroDivisionError"),
            Error::Unsupported { op, dtype } => write!(f, "\"{op}\" not implemented for '{}'", dtype.scalar_name()),
            Error::OutOfMemory { bytes } => {
                write!(f, "DefaultCPUAllocator: not enough memory: you tried to allocate {bytes} bytes.")
            }
        }
    }
}

impl std::error::Error for Error {}

/// A shape or an index list as Python prints a list: `[2, 3]`.
pub fn list<T: fmt::Display>(items: &[T]) -> String {
    let parts: Vec<String> = items.iter().map(|x| x.to_string()).collect();
    format!("[{}]", parts.join(", "))
}
