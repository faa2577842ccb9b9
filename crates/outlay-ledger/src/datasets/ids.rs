//! Ids as bytes: lower-case hexadecimal of even length is packed to half, UUIDs to sixteen bytes; everything else is
//! kept as text. The first byte says which, so that the id comes back exactly as the source spelled it.

const TEXT: u8 = 0;
const HEX: u8 = 1;
const UUID: u8 = 2;

/// Values of lower-case hexadecimal digits; any other byte has the highest bit.
const NIBBLES: [u8; 256] = {
    let mut table = [0x80; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

fn hex_into(out: &mut Vec<u8>, text: &[u8]) -> bool {
    let start = out.len();
    let mut all = 0;
    out.extend(text.as_chunks().0.iter().map(|[high, low]| {
        let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
        all |= high | low;
        high << 4 | low
    }));
    if all & 0x80 != 0 {
        out.truncate(start);
        return false;
    }
    true
}

/// Packs an id into `out`, which is cleared first; an empty id leaves it empty.
pub fn pack(id: &str, out: &mut Vec<u8>) {
    out.clear();
    if id.is_empty() {
        return;
    }
    let bytes = id.as_bytes();
    if bytes.len().is_multiple_of(2) && bytes.len() >= 8 {
        out.push(HEX);
        if hex_into(out, bytes) {
            return;
        }
        out.clear();
    }
    if bytes.len() == 36 && [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-') {
        out.push(UUID);
        let groups = [0..8, 9..13, 14..18, 19..23, 24..36];
        if groups.into_iter().all(|range| hex_into(out, &bytes[range])) && out.len() == 17 {
            return;
        }
        out.clear();
    }
    out.push(TEXT);
    out.extend_from_slice(bytes);
}

/// The id as its source spelled it.
#[must_use]
pub fn unpack(packed: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    match packed.split_first() {
        Some((&HEX, rest)) => hex(rest),
        Some((&UUID, rest)) if rest.len() == 16 => {
            let all = hex(rest);
            format!("{}-{}-{}-{}-{}", &all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..])
        }
        Some((_, rest)) => String::from_utf8_lossy(rest).into_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_spelled() {
        let mut packed = Vec::new();
        for (id, bytes) in [
            ("4bf92f3577b34da6a3ce929d0e0e4736", 17),
            ("4BF92F3577B34DA6A3CE929D0E0E4736", 33),
            ("00f067aa0ba902b7", 9),
            ("chatcmpl-9x", 12),
            ("550e8400-e29b-41d4-a716-446655440000", 17),
            ("550e8400-e29b-41d4-a716-44665544000g", 37),
            ("abc", 4),
            ("", 0),
        ] {
            pack(id, &mut packed);
            assert_eq!(packed.len(), bytes, "{id}");
            assert_eq!(unpack(&packed), id);
        }
    }
}
