//! Adding elements.

use super::Vector;
use crate::arg::ToArg;
use crate::cmd::{Cmd, Request, Words};
use crate::execute::IntoCmd;
use crate::reply::FromReply;
use crate::spec;

/// `VADD key VALUES num value [value ...] element` with its options ([`Vadd`]): see
/// [`VectorSetCommands::vadd`](super::VectorSetCommands::vadd).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let add = cmd::vadd("v", [0.5_f32, 1.0], "apple").quantization(cmd::Quantization::Q8).ef(200).into_cmd();
/// let words = add.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"VADD v VALUES 2 0.5 1 apple Q8 EF 200");
/// ```
pub fn vadd(key: impl ToArg, vector: impl Into<Vector>, element: impl ToArg) -> Vadd {
    let Vector(vector, of_element) = vector.into();
    let mut request = Request::new(&spec::VADD);
    if of_element {
        request.refuse("vector", "numbers, not an element's");
    }
    Vadd {
        request,
        key: Words::of(key),
        reduce: None,
        vector,
        element: Words::of(element),
        cas: false,
        quantization: None,
        ef: None,
        setattr: None,
        m: None,
    }
}

/// How exactly a set keeps its vectors. The first element decides for the whole set; another one asking for another form is
/// an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantization {
    /// As they are, 4 bytes each number.
    NoQuant,
    /// One byte each number, as without this option.
    Q8,
    /// One bit each number.
    Bin,
}

/// `VADD` with its options; [`vadd()`] makes it.
///
/// Without them the vector is kept as it is, quantized to one byte each number.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Vadd {
    request: Request,
    key: Words,
    reduce: Option<u32>,
    vector: Request,
    element: Words,
    cas: bool,
    quantization: Option<Quantization>,
    ef: Option<u32>,
    setattr: Option<Words>,
    m: Option<u32>,
}

impl Vadd {
    /// `REDUCE dim`: reduces the vector to so many dimensions by a random projection, the same for the whole set.
    pub fn reduce(mut self, dimensions: u32) -> Self {
        self.reduce = Some(dimensions);
        self
    }

    /// `CAS`: looks for neighbours in a thread of the server's, so that other commands go on.
    pub fn cas(mut self) -> Self {
        self.cas = true;
        self
    }

    /// `NOQUANT | BIN | Q8`: how exactly vectors are kept.
    pub fn quantization(mut self, quantization: Quantization) -> Self {
        self.quantization = Some(quantization);
        self
    }

    /// `EF build-exploration-factor`: how many candidates are looked at to find the neighbours, 200 by default.
    pub fn ef(mut self, candidates: u32) -> Self {
        self.ef = Some(candidates);
        self
    }

    /// `SETATTR attributes`: the element's attributes, a text in JSON.
    pub fn setattr(mut self, attributes: impl ToArg) -> Self {
        self.setattr = Some(Words::of(attributes));
        self
    }

    /// `M numlinks`: how many neighbours an element has at most on each level but the lowest, which has twice as many; 16
    /// by default. Adding to a set that was made with another number is an error.
    pub fn m(mut self, links: u32) -> Self {
        self.m = Some(links);
        self
    }
}

impl IntoCmd for Vadd {
    type Reply = bool;

    fn into_cmd(self) -> Cmd<bool> {
        let mut request = self.request;
        request.append(&self.key);
        if let Some(dimensions) = self.reduce {
            request.args(("REDUCE", dimensions));
        }
        request.append(&self.vector);
        request.append(&self.element);
        if self.cas {
            request.arg("CAS");
        }
        match self.quantization {
            None => {}
            Some(Quantization::NoQuant) => request.arg("NOQUANT"),
            Some(Quantization::Q8) => request.arg("Q8"),
            Some(Quantization::Bin) => request.arg("BIN"),
        }
        if let Some(candidates) = self.ef {
            request.args(("EF", candidates));
        }
        if let Some(attributes) = &self.setattr {
            request.arg("SETATTR");
            request.append(attributes);
        }
        if let Some(links) = self.m {
            request.args(("M", links));
        }
        Cmd::from_request(request, bool::from_reply)
    }
}
