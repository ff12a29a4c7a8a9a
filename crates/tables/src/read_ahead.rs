//! Reads columns into memory before many questions are asked about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cached_scan::{FillingScan, Room};
use crate::json::Splitter;
use crate::json_scan::Setting;
use crate::morsels::OpenFile;
use crate::{Scan, ScanColumn, ScanReport, ScanRequest};

/// Reads these columns with so many threads until there is no room for more. Those that were read in full have their texts
/// in dictionaries afterwards. Whatever goes wrong is met again, and reported, by the scans that follow.
///
/// `watch` is told of bytes of files as they are done; to give false is to stop.
pub(crate) fn read_ahead(
    files: Arc<[Arc<OpenFile>]>,
    columns: &[ScanColumn],
    setting: Setting,
    splitter: Splitter,
    room: Room,
    threads: usize,
    watch: &(dyn Fn(usize) -> bool + Sync),
) {
    let (cache, source, keys) = (room.cache.clone(), room.source, room.keys.clone());
    let request = ScanRequest { columns: columns.to_vec(), ..ScanRequest::default() };
    let setting = Setting { report: ScanReport::default(), ..setting };
    let scan = FillingScan::new(files, request, setting, splitter, room);
    on_threads(threads, || {
        while !scan.is_full()
            && let Ok(Some(morsel)) = scan.next()
        {
            let bytes = morsel.data.bytes();
            if scan.read(morsel).is_err() || !watch(bytes) {
                break;
            }
        }
    });
    let next = AtomicUsize::new(0);
    on_threads(threads, || {
        while let Some(key) = keys.get(next.fetch_add(1, Ordering::Relaxed))
            && watch(0)
        {
            cache.settle(source, std::slice::from_ref(key));
        }
    });
}

fn on_threads(threads: usize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Without a thread the others do its work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, &work);
        }
        work();
    });
}
