//! Where index tensors lead, as dense words: places in memory, and slots, which count the elements or blocks that can be led to.

use super::picks::{self, Family, MOST, Pick};
use super::{merged, within_reach};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// Where each index leads: dense words over the walk.
pub struct Located {
    pub places: Buffer,
    /// 2^32 - 1 where an index is out of bounds.
    pub slots: Buffer,
}

/// Follows the picks from the places of `still` and from `slot`, layouts over the walk. Sets the words of `reset` to zero for each
/// slot that an index leads to.
pub fn locate(
    context: &Context,
    still: &Operand,
    slot: &Layout,
    picks: &[Pick],
    family: Family,
    reset: Option<&Buffer>,
) -> Result<Located> {
    let count = slot.numel();
    within_reach("indices", count)?;
    let located = Located { places: allocate(context, 4 * count)?, slots: allocate(context, 4 * count)? };
    let over = |layout| Operand { buffer: still.buffer.clone(), layout: merged(layout), dtype: DType::I32 };
    let (first_place, first_slot) = (over(&still.layout), over(slot));
    let picks: Vec<Pick> = picks.iter().map(|pick| pick.clone().merged()).collect();
    let rounds = picks.chunks(MOST - 1).map(Some).chain(picks.is_empty().then_some(None));
    for (round, picks) in rounds.enumerate() {
        let mut kernel = Kernel::new("indices");
        kernel.words("places", &located.places, "array<u32>", Access::Write);
        kernel.words("slots", &located.slots, "array<u32>", Access::Write);
        picks::bind(&mut kernel, picks.unwrap_or_default(), family);
        let first = match round {
            0 => {
                kernel.input("first", &first_place);
                kernel.input("first_slot", &first_slot);
                ["place_first(i)", "place_first_slot(i)"]
            }
            _ => ["places[i]", "slots[i]"],
        };
        if let Some(reset) = reset {
            kernel.words("winners", reset, "array<u32>", Access::Write);
        }
        let reset = if reset.is_some() { "winners[slot] = 0u;" } else { "" };
        let code = include_str!("../shaders/index/locate.wgsl")
            .replace("FIRST_PLACE", first[0])
            .replace("FIRST_SLOT", first[1]);
        kernel.code(&code.replace("RESET", reset));
        kernel.launch_each(context, count)?;
    }
    Ok(located)
}
