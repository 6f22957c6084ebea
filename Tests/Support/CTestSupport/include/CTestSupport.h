#pragma once

#include "activation_truth.h"
