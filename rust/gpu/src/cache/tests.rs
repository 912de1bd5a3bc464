use super::*;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::{allocate, download};
use pyrite_core::DType;

/// A folder of the test's own, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pyrite-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compiles and runs a kernel on a device whose cache is this file; None where there is no device or it has no such cache.
fn run(path: &Path) -> Option<Context> {
    let mut context = Context::open().ok()?;
    context.cache = Some(Cache::open(&context.device, path.into())?);
    let out = allocate(&context, 4).unwrap();
    let mut kernel = Kernel::new("seven");
    kernel.output("out", &out, DType::I32);
    kernel.code("@compute @workgroup_size(1) fn main() { store_out(0u, 7); }");
    kernel.launch(&context, [1, 1, 1]).unwrap();
    let mut bytes = [0; 4];
    download(&context, &out, 0, &mut bytes).unwrap();
    assert_eq!(i32::from_ne_bytes(bytes), 7);
    Some(context)
}

#[test]
fn kernels_are_kept_and_a_broken_file_is_ignored() {
    let folder = Folder::new("kept");
    let path = folder.0.join("deep").join("kernels");
    let Some(context) = run(&path) else { return };
    let save = |context: &Context| context.cache.as_ref().unwrap().save();
    save(&context);
    let whole = fs::read(&path).unwrap();
    let kept = read(&path).expect("the file is whole");
    assert!(kept.len() > 32);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing but the file is left");
    run(&path).unwrap();
    let mut turned = whole.clone();
    *turned.last_mut().unwrap() ^= 1;
    for broken in [&[][..], &[1, 2, 3], &whole[..whole.len() - 1], &turned] {
        fs::write(&path, broken).unwrap();
        assert_eq!(read(&path), None);
        let context = run(&path).unwrap();
        save(&context);
        assert!(read(&path).is_some(), "it is replaced by a whole one");
    }
    for foreign in [&b"not of this driver"[..], &kept[..40], &[0; 4096]] {
        write(&path, foreign).unwrap();
        assert_eq!(read(&path).as_deref(), Some(foreign));
        run(&path).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_written_is_done_without() {
    let folder = Folder::new("refused");
    let file = folder.0.join("file");
    fs::write(&file, "no folder").unwrap();
    let Some(context) = run(&file.join("kernels")) else { return };
    context.cache.as_ref().unwrap().save();
    assert_eq!(fs::read(&file).unwrap(), b"no folder");
}

#[test]
fn the_file_is_named_after_adapter_driver_and_version() {
    let adapter = |driver_info: &str| AdapterInfo {
        driver_info: driver_info.into(),
        ..AdapterInfo::new(wgpu::DeviceType::Cpu, wgpu::Backend::Vulkan)
    };
    let (one, other) = (name(&adapter("1.0")).unwrap(), name(&adapter("1.1")).unwrap());
    assert!(one != other && one.ends_with(env!("CARGO_PKG_VERSION")), "{one}");
    assert_eq!(name(&AdapterInfo::new(wgpu::DeviceType::Cpu, wgpu::Backend::Metal)), None);
}
