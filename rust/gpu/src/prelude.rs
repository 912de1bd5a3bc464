//! The helpers of `shaders/prelude.wgsl`, by name: a kernel contains those that it needs and no more.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

const TEXT: &str = include_str!("shaders/prelude.wgsl");

/// The declarations of the prelude; an empty line stands between two.
fn declarations() -> &'static HashMap<&'static str, &'static str> {
    static BY_NAME: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    BY_NAME.get_or_init(|| {
        let named = |text: &'static str| {
            let code = text.lines().find_map(|line| line.strip_prefix("fn ").or(line.strip_prefix("const ")))?;
            Some((words(code).next()?, text))
        };
        TEXT.split("\n\n").filter_map(named).collect()
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether the prelude declares this helper.
pub fn has(name: &str) -> bool {
    declarations().contains_key(name)
}

/// Every declaration that `source` needs, directly or through others.
pub fn needed(source: &str) -> String {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut unread = vec![source];
    while let Some(text) = unread.pop() {
        for word in words(text) {
            if let Some((name, declaration)) = declarations().get_key_value(word)
                && found.insert(name)
            {
                unread.push(declaration);
            }
        }
    }
    found.iter().map(|name| format!("{}\n\n", declarations()[name].trim_end())).collect()
}
