// SPDX-License-Identifier: MIT
//
// IntrusiveList<T, Tag>: a doubly linked list whose links are inside the elements: no allocation, O(1) removal. T
// derives from ListNode<Tag>.
//
// Thread safety: none; the owner's lock protects list and links.
// Invariant: an element is in at most one list per Tag; `linked()` tells whether it is.
#pragma once

#include "core/base/check.h"

namespace rota::base {

template <class Tag>
class ListNode {
 public:
  bool linked() const { return next_ != nullptr; }

 private:
  template <class, class>
  friend class IntrusiveList;
  ListNode* prev_ = nullptr;
  ListNode* next_ = nullptr;
};

template <class T, class Tag = T>
class IntrusiveList {
 public:
  IntrusiveList() { reset(); }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;

  bool empty() const { return head_.next_ == &head_; }
  T& front() { return element(head_.next_); }

  void push_back(T& item) { insert_before(head_, item); }
  void push_front(T& item) { insert_before(*head_.next_, item); }

  // Takes an element out of the list it is in. Static: links know their neighbours.
  static void remove(T& item) {
    Node& node = item;
    ROTA_CHECK(node.linked());
    node.prev_->next_ = node.next_;
    node.next_->prev_ = node.prev_;
    node.prev_ = node.next_ = nullptr;
  }

  // The first element, taken out; nullptr when empty.
  T* pop_front() {
    if (empty()) return nullptr;
    T& item = front();
    remove(item);
    return &item;
  }

  // Moves every element of `other` to the end of this list.
  void splice_back(IntrusiveList& other) {
    if (other.empty()) return;
    Node* first = other.head_.next_;
    Node* last = other.head_.prev_;
    first->prev_ = head_.prev_;
    head_.prev_->next_ = first;
    last->next_ = &head_;
    head_.prev_ = last;
    other.reset();
  }

  // Calls f(T&) for each; f must not change the list.
  template <class F>
  void for_each(F f) {
    for (Node* node = head_.next_; node != &head_; node = node->next_) f(element(node));
  }

 private:
  using Node = ListNode<Tag>;

  static T& element(Node* node) { return static_cast<T&>(*node); }
  void reset() { head_.prev_ = head_.next_ = &head_; }
  static void insert_before(Node& place, T& item) {
    Node& node = item;
    ROTA_CHECK(!node.linked());
    node.prev_ = place.prev_;
    node.next_ = &place;
    place.prev_->next_ = &node;
    place.prev_ = &node;
  }

  Node head_;
};

}  // namespace rota::base
