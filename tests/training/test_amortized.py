"""One model for a box of β, held against known optima, and against itself."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from hvae.models.conditioning import at, condition_of, folded
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, generator
from hvae.params import Schedule
from hvae.training import amortized
from hvae.training.objective import objective
