// Zstandard as Debian ships it.
#pragma once

#include <zstd.h>
