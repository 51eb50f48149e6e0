// SPDX-License-Identifier: GPL-3.0-or-later
// Jonker and Volgenant's assignment: reduce columns, transfer what is left in rows, augment along shortest
// paths.
#include "core/measure/assignment.h"

#include <cmath>

namespace diffuscope::measure {

namespace {

constexpr int none = -1;

class Pairing
{
public:
    Pairing(std::span<const double> cost, int n)
        : m_cost(cost),
          m_n(n),
          m_column(std::size_t(n), none),
          m_row(std::size_t(n), none),
          m_price(std::size_t(n))
    {
    }

    std::vector<int> solve()
    {
        reduceColumns();
        for (int round = 0; round < 2; ++round)
            reduceRows();
        for (int row = 0; row < m_n; ++row)
            if (m_column[std::size_t(row)] == none)
                augment(row);
        return std::move(m_column);
    }

private:
    double reduced(int row, int column) const
    {
        return m_cost[std::size_t(row) * std::size_t(m_n) + std::size_t(column)] -
               m_price[std::size_t(column)];
    }

    void pair(int row, int column)
    {
        m_column[std::size_t(row)] = column;
        m_row[std::size_t(column)] = row;
    }

    /// Each column's price is its smallest cost; the row of it gets the column if it is free.
    void reduceColumns()
    {
        for (int column = m_n - 1; column >= 0; --column) {
            int best = 0;
            double least = HUGE_VAL;
            for (int row = 0; row < m_n; ++row) {
                const double cost = m_cost[std::size_t(row) * std::size_t(m_n) + std::size_t(column)];
                if (cost < least) {
                    least = cost;
                    best = row;
                }
            }
            m_price[std::size_t(column)] = least;
            if (m_column[std::size_t(best)] == none)
                pair(best, column);
        }
    }

    /// Each free row takes its best column, lowers its price to that of the second best, and frees its owner.
    void reduceRows()
    {
        std::vector<int> freeRows;
        for (int row = 0; row < m_n; ++row)
            if (m_column[std::size_t(row)] == none)
                freeRows.push_back(row);
        for (int row : freeRows) {
            int best = none, second = none;
            double least = HUGE_VAL, next = HUGE_VAL;
            for (int column = 0; column < m_n; ++column) {
                const double cost = reduced(row, column);
                if (cost < least) {
                    next = least;
                    second = best;
                    least = cost;
                    best = column;
                } else if (cost < next) {
                    next = cost;
                    second = column;
                }
            }
            const int owner = m_row[std::size_t(best)];
            if (std::isfinite(next) && next > least)
                m_price[std::size_t(best)] -= next - least;
            else if (owner != none && second != none)
                best = second;
            if (const int displaced = m_row[std::size_t(best)]; displaced != none) {
                if (displaced == row)
                    continue;
                m_column[std::size_t(displaced)] = none;
            }
            pair(row, best);
        }
    }

    /// Dijkstra over columns from a free row to the nearest free column.
    void augment(int freeRow)
    {
        const auto n = std::size_t(m_n);
        m_distance.resize(n);
        m_before.assign(n, freeRow);
        m_open.resize(n);
        m_done.clear();
        int nearest = 0;
        for (int column = 0; column < m_n; ++column) {
            m_open[std::size_t(column)] = column;
            m_distance[std::size_t(column)] = reduced(freeRow, column);
            if (m_distance[std::size_t(column)] < m_distance[std::size_t(nearest)])
                nearest = column;
        }
        while (m_row[std::size_t(nearest)] != none)
            nearest = passed(nearest);
        const double reach = m_distance[std::size_t(nearest)];
        for (const int column : m_done)
            m_price[std::size_t(column)] += m_distance[std::size_t(column)] - reach;
        // Shift the pairs along the path.
        for (int column = nearest; column != none;) {
            const int row = m_before[std::size_t(column)];
            const int previous = m_column[std::size_t(row)];
            pair(row, column);
            column = row == freeRow ? none : previous;
        }
    }

    /// Goes on from a column through its row; returns the column that is nearest then.
    int passed(int column)
    {
        m_done.push_back(column);
        const int row = m_row[std::size_t(column)];
        const double offset = m_distance[std::size_t(column)] - reduced(row, column);
        const double* const cost = m_cost.data() + std::size_t(row) * std::size_t(m_n);
        int nearest = none;
        double least = HUGE_VAL;
        std::size_t kept = 0;
        for (const int other : m_open) {
            if (other == column)
                continue;
            m_open[kept++] = other;
            const auto index = std::size_t(other);
            const double through = offset + cost[index] - m_price[index];
            if (through < m_distance[index]) {
                m_distance[index] = through;
                m_before[index] = row;
            }
            if (m_distance[index] < least) {
                least = m_distance[index];
                nearest = other;
            }
        }
        m_open.resize(kept);
        return nearest;
    }

    std::span<const double> m_cost;
    int m_n;
    std::vector<int> m_column;    ///< of each row
    std::vector<int> m_row;       ///< of each column
    std::vector<double> m_price;  ///< of each column
    // Of the search that is going on: distance of each column and the row before it; columns not yet passed,
    // and those that are.
    std::vector<double> m_distance;
    std::vector<int> m_before, m_open, m_done;
};

}  // namespace

std::vector<int> cheapestPairing(std::span<const double> cost, int n)
{
    return Pairing(cost, n).solve();
}

}  // namespace diffuscope::measure
