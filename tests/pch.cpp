#include "tests/pch.hpp"
