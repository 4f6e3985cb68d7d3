/* Loaded before libc: the wall clock of one program is wrong by the microseconds that stand in a file, at any time. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long long *skew_us;

__attribute__((constructor)) static void open_skew(void) {
  const char *path = getenv("SKEW_FILE");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *skew_us, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) skew_us = page;
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
  int failed = syscall(SYS_clock_gettime, clock, moment);
  if (failed || skew_us == NULL || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return failed;
  long long nanoseconds = moment->tv_nsec + *skew_us % 1000000 * 1000;
  moment->tv_sec += *skew_us / 1000000 + (nanoseconds >= 1000000000) - (nanoseconds < 0);
  moment->tv_nsec = (nanoseconds + 1000000000) % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *moment, void *zone) {
  (void)zone;
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  moment->tv_sec = precise.tv_sec;
  moment->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *moment) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (moment != NULL) *moment = precise.tv_sec;
  return precise.tv_sec;
}
