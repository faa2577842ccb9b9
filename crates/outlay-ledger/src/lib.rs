//! Records in, snapshots on disk and frames out.
