//! The gateway: who calls, and whether the credentials hold (VPCEP API reference, sections 2.1, 2.3, 2.4).

use std::collections::BTreeMap;

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::errors::{Refusal, unauthenticated};
use super::signature::{self, Signed};
use crate::sim::ground::Ground;
use crate::sim::settings::Settings;
use crate::sim::text::{glob, hex};

/// How long an access key stays locked after too many failures (VPCEP API reference, section 7.2).
const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What credentials are good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One project: what a project token is.
    Project(String),
    /// The account as such: an account token; VPCEP refuses it.
    Account,
    /// Any project of the account: what an access key is.
    Key,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: usize,
    pub(crate) user: usize,
    pub(crate) scope: Scope,
}

/// A token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) caller: Caller,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
}

#[derive(Clone, Debug)]
struct Temporary {
    caller: Caller,
    secret: String,
    security_token: String,
    expires: Timestamp,
}

/// Temporary credentials, as IAM answers them.
#[derive(Clone, Debug)]
pub(crate) struct TemporaryKey {
    pub(crate) access: String,
    pub(crate) secret: String,
    pub(crate) security_token: String,
    pub(crate) expires: Timestamp,
}

/// What IAM has handed out, and which keys have failed how often. Lives as long as the process.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    tokens: BTreeMap<String, Token>,
    temporary: BTreeMap<String, Temporary>,
    failures: BTreeMap<String, (u32, Timestamp)>,
    count: u64,
    seed: u64,
}

impl Issued {
    pub(crate) fn new(seed: u64) -> Issued {
        Issued { seed, ..Issued::default() }
    }

    /// `blocks` times 64 hexadecimal digits that nobody can guess from the last ones.
    fn draw(&mut self, what: &str, blocks: usize) -> String {
        self.count += 1;
        let block = |part| hex(&Sha256::digest(format!("{what} {} {} {part}", self.seed, self.count)));
        (0..blocks).map(block).collect()
    }

    /// A new project or account token. Real ones are long (VPCEP API reference, section 1).
    pub(crate) fn token(&mut self, caller: Caller, now: Timestamp, life: SignedDuration) -> (String, Token) {
        self.tokens.retain(|_, token| token.expires > now - SignedDuration::from_hours(1));
        let text = format!("MIIsim{}", self.draw("token", 8));
        let token = Token { caller, issued: now, expires: now + life };
        self.tokens.insert(text.clone(), token.clone());
        (text, token)
    }

    /// A new temporary key.
    pub(crate) fn temporary_key(
        &mut self,
        caller: Caller,
        now: Timestamp,
        life: SignedDuration,
    ) -> TemporaryKey {
        let key = TemporaryKey {
            access: format!("HST{}", self.draw("access", 1)[..17].to_uppercase()),
            secret: self.draw("secret", 1)[..40].to_owned(),
            security_token: format!("hQpjbi1zaW0{}", self.draw("security token", 4)),
            expires: now + life,
        };
        let temporary = Temporary {
            caller: Caller { scope: Scope::Key, ..caller },
            secret: key.secret.clone(),
            security_token: key.security_token.clone(),
            expires: key.expires,
        };
        self.temporary.insert(key.access.clone(), temporary);
        key
    }

    /// Who a token stands for.
    pub(crate) fn token_holder(&self, text: &str, now: Timestamp) -> Result<&Token, Refusal> {
        let token = self.tokens.get(text).ok_or_else(|| unauthenticated("decrypt token fail"))?;
        if token.expires <= now {
            return Err(unauthenticated(&format!("token expires, expires_at: {}", token.expires)));
        }
        Ok(token)
    }

    /// Ends tokens before their time; none given: all.
    pub(crate) fn expire_tokens(&mut self, account: Option<usize>, now: Timestamp) {
        for token in self.tokens.values_mut() {
            if account.is_none_or(|account| account == token.caller.account) {
                token.expires = token.expires.min(now);
            }
        }
    }
}

/// Who sent this request; refused without valid credentials.
pub(crate) fn authenticate(
    request: Signed<'_>,
    ground: &Ground,
    issued: &mut Issued,
    settings: &Settings,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    if let Some(token) = text(request.headers, "x-auth-token") {
        return issued.token_holder(token, now).map(|token| token.caller.clone());
    }
    let Some(authorization) = text(request.headers, "authorization") else {
        return Err(unauthenticated("x-auth-token not found"));
    };
    let claim = signature::read_claim(authorization).map_err(|reason| unauthenticated(&reason))?;
    let access = claim.access.to_owned();
    if let (Some(limit), Some((count, since))) = (settings.lock_after, issued.failures.get(&access))
        && *count > limit
        && now < *since + LOCKED_FOR
    {
        return Err(unauthenticated("AK access failed to reach the limit,forbidden"));
    }
    let caller = check_signature(request, &claim, ground, issued, settings, now);
    match &caller {
        Ok(_) => _ = issued.failures.remove(&access),
        Err(_) => {
            let entry = issued.failures.entry(access).or_insert((0, now));
            *entry = (entry.0 + 1, now);
        }
    }
    caller
}

fn check_signature(
    request: Signed<'_>,
    claim: &signature::Claim<'_>,
    ground: &Ground,
    issued: &Issued,
    settings: &Settings,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    let (secret, caller) = if let Some((account, user, secret)) = ground.keys.get(claim.access) {
        (secret, Caller { account: *account, user: *user, scope: Scope::Key })
    } else if let Some(temporary) = issued.temporary.get(claim.access) {
        if text(request.headers, "x-security-token") != Some(temporary.security_token.as_str()) {
            return Err(unauthenticated("x-security-token does not match the temporary AK"));
        }
        if temporary.expires <= now {
            return Err(unauthenticated(&format!(
                "securityToken expires, expires_at: {}",
                temporary.expires
            )));
        }
        (&temporary.secret, temporary.caller.clone())
    } else {
        return Err(unauthenticated(&format!("Get secretKey failed,ak:{},err:ak not exist", claim.access)));
    };
    if !claim.signed_headers.iter().any(|name| name.eq_ignore_ascii_case("x-sdk-date")) {
        return Err(unauthenticated("x-sdk-date is not among the signed headers"));
    }
    let date_text = text(request.headers, "x-sdk-date").unwrap_or_default();
    let date = signature::read_date(date_text).ok_or_else(|| unauthenticated("x-sdk-date is malformed"))?;
    if now.duration_since(date).abs() > settings.signature_skew {
        let tail = format!(
            "signature expired, signature time:{date_text},server time:{}",
            now.strftime("%Y%m%dT%H%M%SZ")
        );
        return Err(unauthenticated(&tail));
    }
    let canonical = signature::canonical_request(request, &claim.signed_headers)
        .map_err(|reason| unauthenticated(&format!("verify aksk signature fail, {reason}")))?;
    if !signature::verify(secret, date_text, &canonical, claim.signature) {
        let bars = canonical.replace('\n', "|");
        return Err(unauthenticated(&format!("verify aksk signature fail, canonicalRequest:{bars}")));
    }
    Ok(caller)
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

/// Whether a user may do an action: granted, and not denied (VPCEP API reference, section 11).
pub(crate) fn may(ground: &Ground, caller: &Caller, action: &str) -> bool {
    let user = &ground.accounts[caller.account].users[caller.user];
    let covers = |patterns: &[String]| patterns.iter().any(|pattern| glob(pattern, action));
    covers(&user.allow) && !covers(&user.deny)
}
