"""What tests share: servers, clients, peers, reference suites and walks through pages."""
