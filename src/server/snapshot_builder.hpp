#pragma once

#include <memory>
#include <vector>

#include "async/worker_pool.hpp"
#include "authz/policy_document.hpp"
#include "inbound/snapshot.hpp"
#include "junction/show.hpp"
#include "server/client_verification.hpp"
#include "tls/ticket_table.hpp"

namespace sallyport::server {

// What a snapshot is made of, apart from files that only it needs (certificates, pages).
struct SnapshotParts {
  std::shared_ptr<const config::Settings> settings;
  const authz::PolicyDocument* policy = nullptr;
  const std::vector<junction::Junction>* junctions = nullptr;
  std::shared_ptr<login::PasswordRegistry> registry;
  // The one that is published now, whose servers' figures go on; null at the start.
  const inbound::Snapshot* previous = nullptr;
};

// Makes snapshots. Blocks (files, keys). Not thread-safe.
class SnapshotBuilder {
 public:
  SnapshotBuilder(tls::TicketTable& tickets, ClientVerification& verification)
      : tickets_(tickets), verification_(verification) {}

  // Errors: bad_config and those of files, each naming what is wrong and where. `fresh`: certificates and pages are read
  // again; otherwise those of the previous snapshot are good.
  Result<std::shared_ptr<const inbound::Snapshot>> build(const SnapshotParts& parts, bool fresh);

 private:
  Result<> add_servers(inbound::Snapshot& snapshot, const SnapshotParts& parts);

  tls::TicketTable& tickets_;
  ClientVerification& verification_;
  std::uint64_t generation_ = 0;
};

// What is known of the servers of all junctions.
std::vector<junction::ServerActivity> activity_of(const inbound::Snapshot& snapshot,
                                                  const std::vector<junction::Junction>& junctions);

// "/WebSEAL/<host>-<instance>"; the host is web-host-name or the system's name.
Result<authz::ObjectName> server_object(const config::Settings& settings);
std::string web_host_name(const config::Settings& settings);

}  // namespace sallyport::server
