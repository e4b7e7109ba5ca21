// What `import Glibc` leaves out of Linux's own interfaces. Maps and inline shims only: no logic.
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>
