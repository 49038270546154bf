// A load of new TLS 1.3 connections, one request on each: all with full handshakes, or all but each client's first one
// resumed with the ticket that the connection before brought. It counts what was really resumed, and checks each
// answer.
//
// usage: handshakes (full|resumed) PORT CLIENTS SECONDS PATH LENGTH [HEADER]...
// LENGTH: of the body that each answer has to have. Prints one line: requests, resumed, version, cipher, group and key.
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

// The same for each server, whatever it would prefer.
constexpr const char* kPriority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519";

struct Load {
  bool resume = false;
  std::uint16_t port = 0;
  std::string request;
  std::size_t length = 0;
  std::chrono::steady_clock::time_point end;
  gnutls_certificate_credentials_t credentials = nullptr;
};

[[noreturn]] void give_up(const std::string& why) {
  static std::mutex once;
  once.lock();  // and never unlocked: the first reason is the one that counts
  std::fprintf(stderr, "handshakes: %s\n", why.c_str());
  std::_Exit(1);
}

int connected(const Load& load) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up(std::string("socket: ") + std::strerror(errno));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(load.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{20, 0};
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    give_up(std::string("connect: ") + std::strerror(errno));
  }
  return fd;
}

std::string describe(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t* chain = gnutls_certificate_get_peers(session, &count);
  gnutls_x509_crt_t leaf = nullptr;
  gnutls_x509_crt_init(&leaf);
  unsigned bits = 0;
  const char* algorithm = "none";
  if (count > 0 && gnutls_x509_crt_import(leaf, &chain[0], GNUTLS_X509_FMT_DER) == 0) {
    const int kind = gnutls_x509_crt_get_pk_algorithm(leaf, &bits);
    algorithm = gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(kind));
  }
  gnutls_x509_crt_deinit(leaf);
  return std::string(gnutls_protocol_get_name(gnutls_protocol_get_version(session))) + " " +
         gnutls_cipher_get_name(gnutls_cipher_get(session)) + " " + gnutls_group_get_name(gnutls_group_get(session)) +
         " " + algorithm + "-" + std::to_string(bits);
}

// The answer has to be 200 with a body of this length, and the end of the connection after it.
void check(const std::string& answer, std::size_t length) {
  const auto head = answer.find("\r\n\r\n");
  if (answer.rfind("HTTP/1.1 200", 0) != 0 || head == std::string::npos || answer.size() - head - 4 != length) {
    give_up("a wrong answer:\n" + answer.substr(0, 400));
  }
}

// One client: connection after connection, each with the newest ticket.
class Client {
 public:
  explicit Client(const Load& load) : load_(load) {}
  ~Client() { gnutls_free(ticket_.data); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void run() {
    while (std::chrono::steady_clock::now() < load_.end) one();
  }

  std::size_t requests = 0;
  std::size_t resumed = 0;
  std::string facts;

 private:
  void one() {
    const int fd = connected(load_);
    gnutls_session_t session = nullptr;
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_priority_set_direct(session, kPriority, nullptr);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, load_.credentials);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", std::strlen("localhost"));
    if (ticket_.data != nullptr) gnutls_session_set_data(session, ticket_.data, ticket_.size);
    gnutls_transport_set_int(session, fd);
    int done = 0;
    while ((done = gnutls_handshake(session)) < 0 && gnutls_error_is_fatal(done) == 0) {
    }
    if (done < 0) give_up(std::string("handshake: ") + gnutls_strerror(done));
    if (gnutls_session_is_resumed(session) != 0) ++resumed;
    if (facts.empty()) facts = describe(session);
    if (gnutls_record_send(session, load_.request.data(), load_.request.size()) < 0)
      give_up("the request was not taken");
    check(read_answer(session), load_.length);
    ++requests;
    if (load_.resume) keep_ticket(session);
    gnutls_deinit(session);
    close(fd);
  }

  static std::string read_answer(gnutls_session_t session) {
    std::string answer;
    char piece[16384];
    for (;;) {
      const ssize_t got = gnutls_record_recv(session, piece, sizeof piece);
      if (got > 0) {
        answer.append(piece, static_cast<std::size_t>(got));
      } else if (got == 0 || got == GNUTLS_E_PREMATURE_TERMINATION) {
        return answer;
      } else if (gnutls_error_is_fatal(static_cast<int>(got)) != 0) {
        give_up(std::string("receive: ") + gnutls_strerror(static_cast<int>(got)));
      }
    }
  }

  void keep_ticket(gnutls_session_t session) {
    if ((gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) == 0) give_up("the server sent no ticket");
    gnutls_free(ticket_.data);
    if (gnutls_session_get_data2(session, &ticket_) < 0) give_up("the ticket cannot be kept");
  }

  const Load& load_;
  gnutls_datum_t ticket_{nullptr, 0};
};

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 1 ? argv[1] : "";
  if (argc < 7 || (kind != "full" && kind != "resumed")) {
    give_up("usage: handshakes (full|resumed) PORT CLIENTS SECONDS PATH LENGTH [HEADER]...");
  }
  Load load;
  load.resume = kind == "resumed";
  load.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  load.length = std::strtoul(argv[6], nullptr, 10);
  load.request =
      std::string("GET ") + argv[5] + " HTTP/1.1\r\nHost: localhost:" + argv[2] + "\r\nConnection: close\r\n";
  for (int i = 7; i < argc; ++i) load.request += std::string(argv[i]) + "\r\n";
  load.request += "\r\n";
  gnutls_certificate_allocate_credentials(&load.credentials);
  load.end = std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<long>(std::atof(argv[4]) * 1000));

  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    clients.push_back(std::make_unique<Client>(load));
    threads.emplace_back([client = clients.back().get()] { client->run(); });
  }
  std::size_t requests = 0;
  std::size_t resumed = 0;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    requests += clients[i]->requests;
    resumed += clients[i]->resumed;
  }
  std::printf("%zu requests, %zu resumed, %s\n", requests, resumed, clients.empty() ? "" : clients[0]->facts.c_str());
  gnutls_certificate_free_credentials(load.credentials);
}
