#pragma once

namespace sallyport::async {

// A node that is in at most one list at a time and leaves it on destruction. The lists of this room are made of
// these, so that a coroutine frame can die at any moment without anybody holding a pointer to it.
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { unlink(); }

  bool linked() const { return next_ != this; }
  void unlink() {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    prev_ = next_ = this;
  }
  // Puts this node in front of `position` (of a list's head: at the end of the list).
  void link_before(ListNode& position) {
    unlink();
    prev_ = position.prev_;
    next_ = &position;
    prev_->next_ = this;
    position.prev_ = this;
  }
  ListNode* next() const { return next_; }

  // Moves the whole list behind this head to the end of the empty list `other`.
  void splice_to(ListNode& other) {
    if (!linked()) return;
    other.unlink();
    other.next_ = next_;
    other.prev_ = prev_;
    next_->prev_ = &other;
    prev_->next_ = &other;
    prev_ = next_ = this;
  }

 private:
  ListNode* prev_ = this;
  ListNode* next_ = this;
};

}  // namespace sallyport::async
