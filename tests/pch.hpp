// What many tests include, precompiled once. Every file still includes what it uses.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/asio/pch.hpp"
