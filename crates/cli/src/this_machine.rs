//! What the machine has.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Bytes of memory that the program may use: the machine's, or what its control group allows. Without a limit if that
/// cannot be told.
pub fn memory() -> usize {
    let kinds = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(kinds) else { return usize::MAX };
    let allowed = system.cgroup_limits().map(|limits| limits.total_memory);
    let bytes = allowed.unwrap_or(u64::MAX).min(system.total_memory());
    if bytes == 0 { usize::MAX } else { usize::try_from(bytes).unwrap_or(usize::MAX) }
}
