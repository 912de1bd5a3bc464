//! What to say where no GPU was found: which of the things that it takes are missing here.

use std::path::{Path, PathBuf};

/// What was looked for, and found or not.
#[derive(Default)]
struct Findings {
    has_loader: bool,
    has_driver: bool,
    /// Device files of cards.
    cards: Vec<PathBuf>,
    /// Those of them that this user may not open.
    closed: Vec<PathBuf>,
    has_software: bool,
}

/// The text, for an error message.
pub fn explanation(has_software: bool) -> String {
    if !cfg!(target_os = "linux") {
        return with_software(
            "no GPU was found: it needs a driver for Metal, Direct3D 12 or Vulkan.".into(),
            has_software,
        );
    }
    let cards = cards();
    let is_closed = |path: &&PathBuf| {
        let opened = std::fs::OpenOptions::new().read(true).write(true).open(path);
        opened.is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied)
    };
    text(&Findings {
        has_loader: has_loader(),
        has_driver: has_driver(),
        closed: cards.iter().filter(is_closed).cloned().collect(),
        cards,
        has_software,
    })
}

fn text(found: &Findings) -> String {
    let mut text = String::from("no GPU was found");
    let mut say = |what: &str| text.push_str(what);
    if found.cards.is_empty() {
        say(": there is no device file of a card (/dev/dri/renderD*, /dev/nvidia*); a container must be given them");
    } else if let Some(path) = found.closed.first() {
        say(&format!(": this user may not open {} (on most systems the groups render and video may)", path.display()));
    }
    say(if found.has_loader {
        ". The Vulkan loader is there"
    } else {
        ". The Vulkan loader is missing (libvulkan.so.1, package libvulkan1)"
    });
    say(match found.has_driver {
        true => ", and so is a Vulkan driver, which may be that of another card.",
        false => {
            ", and no Vulkan driver is installed (an ICD file in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d): Mesa's is the package \
             mesa-vulkan-drivers, NVIDIA's comes with the display driver, and in a container NVIDIA_DRIVER_CAPABILITIES must \
             include graphics."
        }
    });
    with_software(text, found.has_software)
}

fn with_software(mut text: String, has_software: bool) -> String {
    if has_software {
        text.push_str(" There is a software adapter, which PYRITE_GPU_SOFTWARE=1 accepts.");
    }
    text
}

fn entries(folder: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.file_name().is_some_and(|name| is_wanted(&name.to_string_lossy()))).collect()
}

fn cards() -> Vec<PathBuf> {
    let is_nvidia = |name: &str| name.strip_prefix("nvidia").is_some_and(|n| n.parse::<u32>().is_ok());
    [entries("/dev/dri", |name| name.starts_with("renderD")), entries("/dev", is_nvidia)].concat()
}

fn has_driver() -> bool {
    let is_named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().any(|name| std::env::var_os(name).is_some());
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    is_named || folders.iter().any(|folder| !entries(folder, |name| name.ends_with(".json")).is_empty())
}

/// Whether the loader's library is among those that programs find.
fn has_loader() -> bool {
    const LIBRARY: &str = "libvulkan.so.1";
    let paths = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let is_known = |cache: Vec<u8>| cache.windows(LIBRARY.len()).any(|bytes| bytes == LIBRARY.as_bytes());
    paths.split(':').any(|folder| Path::new(folder).join(LIBRARY).exists())
        || std::fs::read("/etc/ld.so.cache").map_or(true, is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let card = vec![PathBuf::from("/dev/dri/renderD128")];
        let nothing = text(&Findings::default());
        assert!(nothing.contains("/dev/dri") && nothing.contains("libvulkan1") && nothing.contains("ICD"), "{nothing}");
        let all = Findings { has_loader: true, has_driver: true, cards: card.clone(), ..Findings::default() };
        assert!(!text(&all).contains("libvulkan1") && !text(&all).contains("ICD"), "{}", text(&all));
        let closed = text(&Findings { closed: card, ..all });
        assert!(closed.contains("may not open /dev/dri/renderD128"), "{closed}");
        assert!(text(&Findings { has_software: true, ..Findings::default() }).contains("PYRITE_GPU_SOFTWARE=1"));
    }
}
