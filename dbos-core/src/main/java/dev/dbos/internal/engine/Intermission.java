package dev.dbos.internal.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Times in which a run begins no transaction in the system database; they may overlap. */
final class Intermission {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition over = lock.newCondition();
  private int open;

  void begin() {
    lock.lock();
    try {
      open++;
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      open--;
      over.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isOn() {
    lock.lock();
    try {
      return open > 0;
    } finally {
      lock.unlock();
    }
  }

  void awaitEnd() throws InterruptedException {
    lock.lock();
    try {
      while (open > 0) {
        over.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
