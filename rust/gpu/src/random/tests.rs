use super::*;
use crate::memory::{download, upload};

/// Philox4x32-10 of the shader against the known answers that Random123 1.14 publishes (`tests/kat_vectors`).
#[test]
fn blocks_are_those_that_are_published() {
    let context = match Context::open() {
        Ok(context) => context,
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => return eprintln!("skipped: {error}"),
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    };
    let cases: [([u32; 6], [u32; 4]); 3] = [
        ([0; 6], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        ([u32::MAX; 6], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        (
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344, 0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
        ),
    ];
    for (start, answer) in cases {
        let bytes: Vec<u8> = start.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let (input, output) = (upload(&context, &bytes).unwrap(), allocate(&context, 16).unwrap());
        let mut kernel = Kernel::new("philox");
        kernel.words("start", &input, "array<u32>", Access::Read);
        kernel.words("block", &output, "array<vec4<u32>>", Access::Write);
        kernel.code(include_str!("../shaders/random/philox.wgsl"));
        kernel.code(
            "@compute @workgroup_size(1) fn main() { block[0] = philox(vec4<u32>(start[0], start[1], start[2], start[3]), \
             vec2<u32>(start[4], start[5])); }",
        );
        kernel.launch(&context, [1, 1, 1]).unwrap();
        let mut out = [0; 16];
        download(&context, &output, 0, &mut out).unwrap();
        let block: Vec<u32> = out.chunks_exact(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect();
        assert_eq!(block, answer);
    }
}
