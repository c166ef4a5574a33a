//! What is begun: an effect on one object, and the calls it is made of. The journal keeps both as the
//! intent, so they are its words; providers turn the first into the second.

use serde::{Deserialize, Serialize};

use crate::resource::{Attributes, ObjectId};

/// What one step does to one object, with every value known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Make a new object.
    Create {
        /// Its arguments.
        want: Attributes,
    },
    /// Change an object in place.
    Update {
        /// The object.
        id: ObjectId,
        /// The arguments as they are, in the form of `want`.
        have: Attributes,
        /// The arguments as they shall be.
        want: Attributes,
    },
    /// End an object.
    Delete {
        /// The object.
        id: ObjectId,
        /// Its attributes as they were last seen.
        have: Attributes,
    },
}

/// One writing request. It goes into the journal as the intent before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The operation's name, one word for each operation of the API (`create_service`).
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path below the project, such as `/vpc-endpoint-services`. In a call that follows the one
    /// that makes the object, `{id}` stands for the object's id until it is known, here or as a field
    /// of the body.
    pub path: String,
    /// The API version in the address, where it is not the usual one (`v2`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The body, if the call has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// Whether sending it twice may have two effects. Such a call is repeated only after looking.
    pub makes: bool,
    /// The client token, for an API that takes one: with it a repeat is the same call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// The attribute that this call alone sets and that no answer shows: it is so once this call
    /// has succeeded, not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<String>,
}

impl Call {
    /// The call with the object's id in its path, or in the body of an API that has no paths.
    #[must_use]
    pub fn for_object(&self, id: &str) -> Call {
        let mut call = Call { path: self.path.replace("{id}", id), ..self.clone() };
        let fields = call.body.as_mut().and_then(serde_json::Value::as_object_mut);
        for value in fields.into_iter().flat_map(|fields| fields.values_mut()) {
            if value == "{id}" {
                *value = id.into();
            }
        }
        call
    }
}
