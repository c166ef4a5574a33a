//! Network prefixes, of IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{Complaint, int_arg, text_arg};
use crate::expr::budget::Budget;
use crate::resource::Value;

fn prefix(args: &[Value]) -> Result<IpNet, Complaint> {
    let text = text_arg(args, 0)?;
    let net: IpNet =
        text.parse().map_err(|_| format!("{} is no prefix such as 10.0.0.0/16", Value::from(text)))?;
    Ok(net.trunc())
}

fn bits(net: &IpNet) -> (u128, u32) {
    match net {
        IpNet::V4(net) => (u32::from(net.network()).into(), 32),
        IpNet::V6(net) => (net.network().into(), 128),
    }
}

fn address(bits: u128, width: u32) -> IpAddr {
    if width == 32 { Ipv4Addr::from(bits as u32).into() } else { Ipv6Addr::from(bits).into() }
}

pub(super) fn cidrhost(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let net = prefix(args)?;
    let number = int_arg(args, 1)?;
    let (base, width) = bits(&net);
    let host_bits = width - u32::from(net.prefix_len());
    let last = if host_bits == 128 { u128::MAX } else { (1u128 << host_bits) - 1 };
    let distance = u128::from(number.unsigned_abs());
    let host =
        if number < 0 { last.checked_sub(distance - 1) } else { Some(distance).filter(|d| *d <= last) };
    match host {
        Some(host) => Ok(address(base | host, width).to_string().into()),
        None => Err(format!("{net} has no host {number}: it has {host_bits} bits for hosts")),
    }
}

pub(super) fn cidrsubnet(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let net = prefix(args)?;
    let (new_bits, number) = (int_arg(args, 1)?, int_arg(args, 2)?);
    let (base, width) = bits(&net);
    let room = width - u32::from(net.prefix_len());
    let Some(new_bits) = u32::try_from(new_bits).ok().filter(|n| *n <= room) else {
        return Err(format!("{net} has {room} bits to spare, so it cannot be extended by {new_bits}"));
    };
    let number = u128::try_from(number).ok().filter(|n| new_bits >= 64 || *n < (1u128 << new_bits));
    let Some(number) = number else {
        return Err(format!("{new_bits} new bits have no subnet of that number"));
    };
    let shift = room - new_bits;
    let moved = if shift >= 128 { 0 } else { number << shift };
    let length = u32::from(net.prefix_len()) + new_bits;
    Ok(format!("{}/{length}", address(base | moved, width)).into())
}
